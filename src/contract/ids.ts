import { shortHash } from '../domain/digest.ts';
import { ID_MAX } from './limits.ts';

/**
 * Workflow ids. PostgreSQL keeps at most 255 characters and CRAB task names reach 232, so suffixes stay short
 * (18 characters are left behind `task/` and the name) and long names such as datasets enter only as hashes.
 */

/** Id of the workflow that owns a CRAB task. */
export const stageOutId = (task: string): string => `task/${task}`;

/** Id of the workflow that waits for one job output; the job enters as a hash where the names are too long together. */
export function jobOutputId(task: string, jobId: string, retry: number): string {
  const id = `task/${task}/job/${jobId}/${retry}`;
  return id.length <= ID_MAX ? id : `task/${task}/job/h${shortHash(`${jobId}/${retry}`)}`;
}

/** Id of the n-th batch of a task. */
export const transferBatchId = (task: string, batch: number): string => `task/${task}/b${batch}`;

/** Id of the workflow that publishes one output dataset of a task. */
export const publishDatasetId = (task: string, dataset: string): string => `task/${task}/d${shortHash(dataset)}`;

/** Id of the workflow that sweeps the sources a task has left behind: one at a time. */
export const sweepSourcesId = (task: string): string => `task/${task}/sweep`;

/** Id of the workflow that looks at CRAB's rows of a task's files again: one at a time. */
export const mendRowsId = (task: string): string => `task/${task}/rows`;

/** The task that a workflow id belongs to, or null where it is not one of ours. */
export function taskOfWorkflowId(workflowId: string): string | null {
  return /^task\/([^/]+)(?:\/.*)?$/.exec(workflowId)?.[1] ?? null;
}
