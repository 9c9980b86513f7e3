import type { Client } from '@temporalio/client';
import type { TaskStatus } from '../contract/messages.ts';
import { asTheyEnd } from './as-they-end.ts';
import { eachTask, type ListedTask, type TasksWanted } from './list-tasks.ts';
import { taskStatus } from './requests.ts';

/** A task and where it stands, or why it does not say so. */
export type SurveyedTask =
  { task: ListedTask; status: TaskStatus; error: null } | { task: ListedTask; status: null; error: Error };

export interface SurveyOptions extends TasksWanted {
  /** Ask these in place of the open ones that Temporal lists. */
  tasks?: Iterable<ListedTask>;
  /** Tasks asked at a time: each query may make a worker replay one. @default 8 */
  concurrency?: number;
  /** How long a task may take to answer, milliseconds. @default 10000 */
  timeoutMs?: number;
}

const CONCURRENCY = 8;
const TIMEOUT_MS = 10_000;

/**
 * Asks tasks where they stand, and tells each as soon as it has answered: all that have not ended, those of a user or a list filter, or
 * given ones. A task that does not answer is told as such after `timeoutMs`, and holds up no other but for its place among those asked.
 * @throws TemporalUnreachableError, RequestRefusedError where the tasks cannot be listed
 */
export function surveyTasks(client: Client, options: SurveyOptions = {}): AsyncGenerator<SurveyedTask, void> {
  const { tasks, concurrency = CONCURRENCY, timeoutMs = TIMEOUT_MS, ...wanted } = options;
  const source = tasks ?? eachTask(client, { running: true, limit: Infinity, ...wanted });
  return asTheyEnd(source, concurrency, (task) => ask(client, task, timeoutMs));
}

async function ask(client: Client, task: ListedTask, timeoutMs: number): Promise<SurveyedTask> {
  try {
    return { task, status: await taskStatus(client, task.task, timeoutMs), error: null };
  } catch (error) {
    return { task, status: null, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
