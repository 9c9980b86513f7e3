import type { Client } from '@temporalio/client';
import { taskFiles, taskStatus, type TaskFile } from '../client/index.ts';
import type { TaskStatus } from '../contract/messages.ts';
import type { PlannedTask } from './plan.ts';

/** What a task says of itself and of its files, as `aso status` and `aso files` show it. */
export interface TaskResult {
  task: PlannedTask;
  status: TaskStatus;
  files: TaskFile[];
}

/** Asks every task. */
export async function askTasks(client: Client, tasks: readonly PlannedTask[]): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  for (const task of tasks) {
    const files: TaskFile[] = [];
    for await (const page of taskFiles(client, task.name)) files.push(...page);
    results.push({ task, files, status: await taskStatus(client, task.name) });
  }
  return results;
}

/** One line for each task: where it stands, or that it does not answer. */
export function describeOpenTasks(client: Client, tasks: readonly PlannedTask[]): Promise<string[]> {
  return Promise.all(
    tasks.map(async ({ name }) => {
      try {
        const { complete, closed, transfer, publication, batches, waitsFor } = await taskStatus(client, name);
        return `${name}: ${complete ? 'complete' : JSON.stringify({ closed, transfer, publication, batches, waitsFor })}`;
      } catch (error) {
        return `${name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }),
  );
}
