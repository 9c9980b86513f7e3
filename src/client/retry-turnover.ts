import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';

/** A task that continues as new takes no update for a moment; a long one turns over within a second. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;

/** gRPC's FAILED_PRECONDITION and ABORTED: the server did not run the update because that run of the workflow was ending. */
const NOT_TAKEN = new Set([9, 10]);
/** What the server says when a run has had all the signals it may; the next run takes more. */
const SIGNALS_FULL = /exceeded workflow execution limit for signal events/;

/**
 * Repeats a message that was not taken because the task was continuing as new, or ending, or is about to: a run takes 10,000 signals. All messages
 * to a task may be repeated.
 */
export async function acrossTurnover<T>(send: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!wasNotTaken(error) || Date.now() > deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function wasNotTaken(error: unknown): boolean {
  // The task was ending: the next try starts it anew, or hears that it has ended.
  if (error instanceof WorkflowNotFoundError) return error.message.includes('aborted by closing workflow');
  const grpc = [error, error instanceof Error ? error.cause : undefined].find(isGrpcServiceError);
  return grpc !== undefined && (NOT_TAKEN.has(Number(grpc.code)) || SIGNALS_FULL.test(grpc.details));
}
