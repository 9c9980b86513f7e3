import type { Client } from '@temporalio/client';
import { taskStatus } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { WORKFLOWS, type TaskTotals } from '../../src/contract/messages.ts';
import { OPEN_OF_TASKS } from '../support/histories.ts';
import type { DayFiles } from './day-files.ts';

/** Results asked for at a time. */
const AT_ONCE = 20;
/** Tasks that have not ended, and are told of. */
const SHOWN = 5;

/** Tasks that have not ended, as Temporal lists them. */
export const openTasks = async (client: Client): Promise<number> =>
  (await client.workflow.count(`WorkflowType = '${WORKFLOWS.stageOut}' AND ExecutionStatus = 'Running'`)).count;

/** All workflows of tasks that have not ended: tasks, batches, publishers. */
export const openWorkflows = async (client: Client): Promise<number> =>
  (await client.workflow.count(OPEN_OF_TASKS)).count;

/** A task that has ended. */
export interface TaskEnd extends TaskTotals {
  /** Epoch milliseconds. */
  endedAt: number;
}

/** What each task ended with, by its index; null for those that have not. */
export async function taskEnds(client: Client, { tasks }: Pick<DayFiles, 'tasks'>): Promise<(TaskEnd | null)[]> {
  const ends: (TaskEnd | null)[] = tasks.map(() => null);
  let next = 0;
  const askNext = async (): Promise<void> => {
    for (let at = next++; at < tasks.length; at = next++) {
      const handle = client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(tasks[at]!.name));
      // One that has not begun, too, has no end.
      const described = await handle.describe().catch(() => null);
      if (described?.status.name !== 'COMPLETED') continue;
      ends[at] = { ...(await handle.result()), endedAt: described.closeTime?.getTime() ?? NaN };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  return ends;
}

/** What some of the tasks that have not ended wait for, in words. */
export async function whatIsWaitedFor(
  client: Client,
  { tasks }: DayFiles,
  ends: readonly (TaskTotals | null)[],
): Promise<string[]> {
  const open = tasks.filter((_, at) => !ends[at]).slice(0, SHOWN);
  return Promise.all(
    open.map(async ({ name, files }) => {
      const status = await taskStatus(client, name).catch((error: unknown) => String(error));
      if (typeof status === 'string') return `${name}: ${status}`;
      const { transfer, publication, batches, waitsFor, closed } = status;
      const all = { transfer, publication, batches, waitsFor, closed };
      return `${name}: ${status.files} of ${files} files reported: ${JSON.stringify(all)}`;
    }),
  );
}
