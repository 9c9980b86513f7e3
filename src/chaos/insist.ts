import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { followSignal, RequestRefusedError, TaskEndedError, TaskNotFoundError } from '../client/index.ts';

/** gRPC's INVALID_ARGUMENT and NOT_FOUND. */
const REFUSALS = [3, 5];
const PAUSE_MS = 500;

/** An answer that no repetition changes. */
export function isAnswer(error: unknown): boolean {
  const kinds = [RequestRefusedError, TaskEndedError, TaskNotFoundError, WorkflowNotFoundError];
  return kinds.some((kind) => error instanceof kind) || (isGrpcServiceError(error) && REFUSALS.includes(error.code));
}

/**
 * Asks until there is an answer, as CRAB and operators do: whatever is said may be said twice.
 * @throws what it is refused with, and the signal's reason when that is aborted, also where nobody answers: its cause is then what was said last
 */
export async function insist<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (let last: unknown; ;) {
    try {
      signal.throwIfAborted();
      return await followSignal(signal, (own) => Promise.race([ask(), abortion(own)]));
    } catch (error) {
      if (isAnswer(error)) throw error;
      if (signal.aborted) throw unanswered(signal.reason as Error, last);
      last = error;
    }
    // Aborted, it is found out above.
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

const unanswered = (reason: Error, last: unknown): Error =>
  last === undefined ? reason : new Error(reason.message, { cause: last });

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
