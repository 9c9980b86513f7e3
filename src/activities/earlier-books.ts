import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { stageOutId } from '../contract/ids.ts';
import { TASK_QUERIES } from '../contract/messages.ts';
import type { TaskBooks } from '../domain/ledger/books.ts';
import type { OpenedTask } from './task.types.ts';

/**
 * The books of the newest earlier workflow of the task that had any; null where there is none. The list of workflows lags behind: one that has just
 * ended may be shown as running, but it is there.
 */
export async function earlierBooks(client: Client, task: string, firstRunId: string): Promise<OpenedTask['earlier']> {
  const runs = await earlierRuns(client, task, [firstRunId, ownRunId()]);
  return (await newestBooks<OpenedTask['earlier']>(client, task, runs, TASK_QUERIES.ledger))?.books ?? null;
}

/**
 * All that the run before knew when this one was reset: the one that was current then, whichever was reset.
 * @returns null where it knew nothing; `isLast`: no other run came between
 */
export async function booksBeforeReset(
  client: Client,
  task: string,
): Promise<{ books: TaskBooks; isLast: boolean } | null> {
  const runs = await earlierRuns(client, task, [ownRunId()]);
  return newestBooks<TaskBooks | null>(client, task, runs, TASK_QUERIES.books);
}

const ownRunId = (): string => activityInfo().workflowExecution?.runId ?? '';

/** Runs of the task's workflow but some, the one that ended last first: where one was reset, a run that began earlier may have ended later. */
async function earlierRuns(client: Client, task: string, except: readonly string[]): Promise<string[]> {
  const query = `WorkflowId = ${JSON.stringify(stageOutId(task))}`;
  const runs: { runId: string; ended: number; status: string }[] = [];
  for await (const { runId, closeTime, status } of client.workflow.list({ query }))
    if (!except.includes(runId)) runs.push({ runId, ended: closeTime?.getTime() ?? Infinity, status: status.name });
  runs.sort((a, b) => b.ended - a.ended);
  // Tried again: the run that followed will be shown in a moment.
  if (runs[0]?.status === 'CONTINUED_AS_NEW')
    throw new Error(`the end of the earlier workflow of ${task} is not known yet`);
  return runs.filter(({ status }) => status !== 'CONTINUED_AS_NEW').map(({ runId }) => runId);
}

/** A workflow that was ended before its books were open has none: those before it count. */
async function newestBooks<Books>(
  client: Client,
  task: string,
  runs: readonly string[],
  query: string,
): Promise<{ books: NonNullable<Books>; isLast: boolean } | null> {
  for (const [at, runId] of runs.entries()) {
    const books = await client.workflow.getHandle(stageOutId(task), runId).query<Books>(query);
    if (books) return { books, isLast: at === 0 };
  }
  return null;
}
