import { taskOfWorkflowId } from '../../contract/ids.ts';

/** What a line of the log is about, from the id of the workflow that it comes from: by these a task's lines are found. */
export function correlation(workflowId: string): { task?: string; batch?: number } {
  const task = taskOfWorkflowId(workflowId);
  if (task === null) return {};
  const batch = /\/b(\d+)$/.exec(workflowId)?.[1];
  return { task, ...(batch !== undefined && { batch: Number(batch) }) };
}
