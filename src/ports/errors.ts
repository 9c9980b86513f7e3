import type { FailureType } from '../contract/failure-types.ts';

/**
 * What an adapter throws for a fault it understands. Anything else that it throws is a defect and keeps its stack.
 * `toFailure` in the activities turns it into a Temporal failure, in one place.
 */
export class PortError extends Error {
  readonly type: FailureType;
  /** Waiting may heal it: outages, rate limits, lost answers. */
  readonly retryable: boolean;
  /** The server said when to come back, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Since when it is so, epoch milliseconds, where that is known. */
  readonly since: number | undefined;

  constructor(
    type: FailureType,
    message: string,
    options: { retryable: boolean; retryAfterMs?: number; since?: number; cause?: unknown } = { retryable: true },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PortError';
    this.type = type;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.since = options.since;
  }
}
