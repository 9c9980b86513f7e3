import type { Client } from '@temporalio/client';
import { taskOfWorkflowId } from '../contract/ids.ts';
import { WORKFLOWS } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { explained } from './errors.ts';
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

/**
 * Tasks, the newest first; one that was joined again after it ended is listed as it stands now.
 * @throws TemporalUnreachableError
 */
export async function listTasks(
  client: Client,
  options: { user?: string; running?: boolean; limit?: number } = {},
): Promise<ListedTask[]> {
  const { user, running = false, limit = 1_000 } = options;
  const clauses = [`WorkflowType = '${WORKFLOWS.stageOut}'`, `ExecutionStatus != 'ContinuedAsNew'`];
  if (running) clauses.push(`ExecutionStatus = 'Running'`);
  if (user) clauses.push(`${SEARCH_ATTRIBUTES.user.name} = ${quoted(user)}`);
  return explained('*', async () => {
    const tasks = new Map<string, ListedTask>();
    for await (const info of client.workflow.list({ query: clauses.join(' AND ') })) {
      const task = taskOfWorkflowId(info.workflowId);
      if (!task || tasks.has(task)) continue;
      const { startTime: startedAt, closeTime: endedAt = null } = info;
      tasks.set(task, { task, user: ownerOfTask(task) ?? '', status: info.status.name, startedAt, endedAt });
      if (tasks.size >= limit) break;
    }
    return [...tasks.values()];
  });
}
