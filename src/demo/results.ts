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
