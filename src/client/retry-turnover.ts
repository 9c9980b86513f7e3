import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';

/** A task that continues as new takes no update for a moment; a long one turns over within a second. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;

/** gRPC's FAILED_PRECONDITION and ABORTED: the server did not run the update because that run of the workflow was ending. */
const NOT_TAKEN = new Set([9, 10]);
/** The server's type of failure for an update whose run ended before its answer: a task of ours ends only behind its answers, so it was reset or terminated. */
const UNANSWERED = 'AcceptedUpdateCompletedWorkflow';
/** What the server says when a run has had all the signals it may; the next run takes more. */
const SIGNALS_FULL = /exceeded workflow execution limit for signal events/;

/**
 * Repeats a message that was not taken because the task was continuing as new, or ending, or is about to (a run takes 10,000 signals), and one that was not
 * answered because an operator reset the task: its next run goes on, or hears it again. All messages to a task may be repeated.
 */
export async function acrossTurnover<T>(send: () => Promise<T>): Promise<T> {
  // From the first answer on: a message may have waited for it longer than that.
  for (let deadline: number | null = null; ;) {
    try {
      return await send();
    } catch (error) {
      deadline ??= Date.now() + PATIENCE_MS;
      if (!wasNotTaken(error) || Date.now() > deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function wasNotTaken(error: unknown): boolean {
  // The task was ending: the next try starts it anew, or hears that it has ended.
  if (error instanceof WorkflowNotFoundError) return error.message.includes('aborted by closing workflow');
  if (error instanceof WorkflowUpdateFailedError)
    return error.cause instanceof ApplicationFailure && error.cause.type === UNANSWERED;
  const grpc = [error, error instanceof Error ? error.cause : undefined].find(isGrpcServiceError);
  return grpc !== undefined && (NOT_TAKEN.has(Number(grpc.code)) || SIGNALS_FULL.test(grpc.details));
}
