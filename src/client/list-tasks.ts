import type { Client } from '@temporalio/client';
import { stageOutId, taskOfWorkflowId } from '../contract/ids.ts';
import { WORKFLOWS } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { explainedOf } from './errors.ts';
import { quoted } from './visibility.ts';

/** A task as Temporal lists it. */
export interface ListedTask {
  task: string;
  user: string;
  /** RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED or TIMED_OUT. */
  status: string;
  startedAt: Date;
  endedAt: Date | null;
}

export interface TasksWanted {
  user?: string;
  /** Only tasks that have not ended. */
  running?: boolean;
  /** Only tasks that ended after this. */
  endedAfter?: Date;
  /** A list filter of Temporal's: tasks of which any workflow that has not ended matches, batches and publishers included. */
  query?: string;
  /** At most so many tasks. @default 1000 */
  limit?: number;
}

/** What is at fault, in errors, where tasks cannot be listed. */
const LIST = 'the list of tasks';

/** Ids in one list filter: each is up to 255 characters. */
const IDS_A_LIST = 50;

/**
 * Tasks, the newest first; one that was joined again after it ended is listed as it stands now.
 * @throws TemporalUnreachableError, RequestRefusedError where `query` is no list filter
 */
export async function listTasks(client: Client, wanted: TasksWanted = {}): Promise<ListedTask[]> {
  const tasks: ListedTask[] = [];
  for await (const task of eachTask(client, wanted)) tasks.push(task);
  return tasks;
}

/** The same one by one, as Temporal lists them. */
export async function* eachTask(client: Client, wanted: TasksWanted = {}): AsyncGenerator<ListedTask, void> {
  const { user, running = false, endedAfter, query, limit = 1_000 } = wanted;
  const clauses = [`WorkflowType = '${WORKFLOWS.stageOut}'`, `ExecutionStatus != 'ContinuedAsNew'`];
  if (running) clauses.push(`ExecutionStatus = 'Running'`);
  if (endedAfter) clauses.push(`CloseTime > '${endedAfter.toISOString()}'`);
  if (user) clauses.push(`${SEARCH_ATTRIBUTES.user.name} = ${quoted(user)}`);
  const seen = new Set<string>();
  for await (const clause of query === undefined ? [null] : idClauses(client, query)) {
    const filter = [...clauses, ...(clause ? [clause] : [])].join(' AND ');
    for await (const listed of list(client, filter)) {
      if (seen.has(listed.task)) continue;
      if (seen.size >= limit) return;
      seen.add(listed.task);
      yield listed;
    }
  }
}

async function* list(client: Client, filter: string): AsyncGenerator<ListedTask, void> {
  const found = client.workflow.list({ query: filter })[Symbol.asyncIterator]();
  for (;;) {
    const next = await explainedOf(LIST, () => found.next());
    if (next.done === true) return;
    const { workflowId, status, startTime: startedAt, closeTime: endedAt = null } = next.value;
    const task = taskOfWorkflowId(workflowId);
    if (task) yield { task, user: ownerOfTask(task) ?? '', status: status.name, startedAt, endedAt };
  }
}

/** Clauses that name the tasks of which a workflow matches, so many at a time: sites and datasets are known of batches and publishers. */
async function* idClauses(client: Client, query: string): AsyncGenerator<string, void> {
  const ids = new Set<string>();
  const filter = `(${query}) AND ExecutionStatus = 'Running'`;
  await explainedOf(LIST, async () => {
    for await (const { workflowId } of client.workflow.list({ query: filter })) {
      const task = taskOfWorkflowId(workflowId);
      if (task) ids.add(stageOutId(task));
    }
  });
  const all = [...ids];
  for (let at = 0; at < all.length; at += IDS_A_LIST)
    yield `WorkflowId IN (${all.slice(at, at + IDS_A_LIST).map(quoted).join(', ')})`; // prettier-ignore
}
