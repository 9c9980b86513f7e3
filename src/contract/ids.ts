import { shortHash } from '../domain/digest.ts';

/**
 * Workflow ids. PostgreSQL keeps at most 255 characters and CRAB task names reach 232, so suffixes stay short
 * (at most 22 characters are left) and long names such as datasets enter only as hashes.
 */

/** Id of the workflow that owns a CRAB task. */
export const stageOutId = (task: string): string => `task/${task}`;

/** Id of the workflow that waits for one job output. */
export const jobOutputId = (task: string, jobId: string, retry: number): string => `task/${task}/job/${jobId}/${retry}`;

/** Id of the n-th batch of a task. */
export const transferBatchId = (task: string, batch: number): string => `task/${task}/b${batch}`;

/** Id of the workflow that publishes one output dataset of a task. */
export const publishDatasetId = (task: string, dataset: string): string => `task/${task}/d${shortHash(dataset)}`;

/** The task that a workflow id belongs to, or null where it is not one of ours. */
export function taskOfWorkflowId(workflowId: string): string | null {
  return /^task\/([^/]+)(?:\/.*)?$/.exec(workflowId)?.[1] ?? null;
}
