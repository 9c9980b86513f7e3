import type { Client } from '@temporalio/client';
import { stageOutId } from '../contract/ids.ts';
import {
  TASK_MESSAGES,
  TASK_QUERIES,
  type CancelRequest,
  type PriorityRequest,
  type PublishRequest,
  type RetryRequest,
  type SelectionAnswer,
  type TaskStatus,
} from '../contract/messages.ts';
import { answerWithin, signalWithin } from './deadlines.ts';
import { explained, TaskEndedError } from './errors.ts';
import { acrossTurnover } from './retry-turnover.ts';

/** Sends a task a message and waits for what it did. Throws as the functions below. */
function ask<Answer>(
  client: Client,
  task: string,
  message: keyof typeof TASK_MESSAGES,
  request?: object,
): Promise<Answer> {
  const handle = client.workflow.getHandle(stageOutId(task));
  return explained(task, () =>
    acrossTurnover(() =>
      answerWithin(client, () =>
        request
          ? handle.executeUpdate<Answer, [object]>(TASK_MESSAGES[message], { args: [request] })
          : handle.executeUpdate<Answer, []>(TASK_MESSAGES[message]),
      ),
    ),
  );
}

/**
 * All of these ask a running task for something and answer what it did.
 * They throw TaskNotFoundError (no such task), TaskEndedError (`closeTask` does not), NoAnswerError (no worker), RequestRefusedError or TemporalUnreachableError.
 */

/** Asks for the publication of files, as CRAB does when a job is done. */
export const requestPublication = (client: Client, task: string, request: PublishRequest): Promise<SelectionAnswer> =>
  ask(client, task, 'publish', request);

/** Cancels files, down to FTS. */
export const cancelTask = (client: Client, task: string, request: CancelRequest): Promise<SelectionAnswer> =>
  ask(client, task, 'cancel', request);

/** Has files tried again that FAILED, or their publications. */
export const retryTask = (client: Client, task: string, request: RetryRequest): Promise<SelectionAnswer> =>
  ask(client, task, 'retry', request);

/** Gives the transfers of a task that are not final another priority in FTS, 1 to 5: those that FTS has, and those to come. */
export const setTaskPriority = (client: Client, task: string, request: PriorityRequest): Promise<SelectionAnswer> =>
  ask(client, task, 'priority', request);

/** Says that no more job outputs come: the task ends when all its files are final. One that has ended stays so. */
export async function closeTask(client: Client, task: string): Promise<void> {
  try {
    await ask(client, task, 'close');
  } catch (error) {
    // It was closed before: whoever repeats the call has what they wanted.
    if (!(error instanceof TaskEndedError)) throw error;
  }
}

/** Holds back everything that is not in FTS yet. */
export const pauseTask = (client: Client, task: string): Promise<void> => ask(client, task, 'pause');

/** Goes on after a pause. */
export const resumeTask = (client: Client, task: string): Promise<void> => ask(client, task, 'resume');

/**
 * Where a task stands; also of one that has ended, as long as Temporal keeps it.
 * @param timeoutMs how long it may take to answer, milliseconds; a minute where absent
 */
export function taskStatus(client: Client, task: string, timeoutMs?: number): Promise<TaskStatus> {
  const handle = client.workflow.getHandle(stageOutId(task));
  return explained(task, () => answerWithin(client, () => handle.query<TaskStatus>(TASK_QUERIES.status), timeoutMs));
}

/** The task's workflow has not ended, in whatever way. Throws as `taskStatus`. */
export async function isTaskRunning(client: Client, task: string): Promise<boolean> {
  const handle = client.workflow.getHandle(stageOutId(task));
  const { status } = await explained(task, () => signalWithin(client, () => handle.describe()));
  return status.name === 'RUNNING';
}
