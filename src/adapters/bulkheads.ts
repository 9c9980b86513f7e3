import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import type { FailureType } from '../contract/failure-types.ts';
import { PortError } from '../ports/errors.ts';

export interface Bounds {
  /** Requests to one server at a time. */
  atOnce: number;
  /** A server that is fully used and has not answered for so long is asked nothing more, milliseconds. */
  stallMs: number;
  /** Whoever has waited for a place longer than this gives it up, milliseconds. */
  patienceMs: number;
}

/** A server, or somebody's share of it, and what is asked of it. */
interface Hold {
  bulkhead: BulkheadPolicy;
  /** When it last answered, or was last idle, epoch milliseconds. */
  answeredAt: number;
}

/**
 * Lets each server be asked only so much at a time. Where one is fully used and does not answer, more is refused at once instead of
 * queueing: else what waits for one slow server would take all places of a worker, and everything else would wait behind it.
 */
export class Bulkheads {
  readonly #bounds: Bounds;
  readonly #busy: (message: string) => PortError;
  readonly #holds = new Map<string, Hold>();

  /**
   * @param busy what a refusal is called; it is retryable
   * @param retryAfterMs when to come back after one; without it, as Temporal likes
   */
  constructor(bounds: Bounds, busy: FailureType, retryAfterMs?: number) {
    this.#bounds = bounds;
    this.#busy = (message) =>
      new PortError(busy, message, { retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }

  /** Does the work when there is a place for it at `name`. @throws PortError where there is none */
  async at<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { atOnce, stallMs, patienceMs } = this.#bounds;
    const hold = this.#holdOf(name);
    const asked = Date.now();
    const free = hold.bulkhead.executionSlots;
    if (free === atOnce) hold.answeredAt = asked;
    if (free === 0 && asked - hold.answeredAt >= stallMs)
      throw this.#busy(`${name}: ${atOnce} requests are under way, none answered for ${stallMs / 1000} s`);
    return hold.bulkhead.execute(async () => {
      // Who found a place free has not waited, however long the turn of the event loop was.
      if (free === 0 && Date.now() - asked > patienceMs)
        throw this.#busy(`${name}: no place within ${patienceMs / 1000} s`);
      try {
        return await work();
      } finally {
        hold.answeredAt = Date.now();
      }
    });
  }

  #holdOf(name: string): Hold {
    let hold = this.#holds.get(name);
    if (!hold) this.#holds.set(name, (hold = { bulkhead: bulkhead(this.#bounds.atOnce, Infinity), answeredAt: 0 }));
    return hold;
  }
}
