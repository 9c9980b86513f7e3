import type { BatchState } from './batch-state.ts';

/**
 * Releases the files of jobs that are as a whole in this batch, once all of their outputs are DONE. The task would decide the same: it is told
 * of it together with the end of the transfers, instead of being asked, which saves two messages a job.
 */
export function releaseWholeJobs({ files }: BatchState): void {
  const arrived = new Map<string, number>();
  for (const { transfer, jobOutputs, jobId, retry } of files.values()) {
    const job = `${jobId} ${retry}`;
    if (jobOutputs !== undefined && transfer === 'DONE') arrived.set(job, (arrived.get(job) ?? 0) + 1);
  }
  for (const file of files.values()) {
    const { publication, jobOutputs, jobId, retry } = file;
    // One that was let go of for a newer generation is lacking here: the rest is for the task to decide about.
    if (jobOutputs === undefined || publication !== 'NEW' || arrived.get(`${jobId} ${retry}`) !== jobOutputs) continue;
    file.publication = 'ACQUIRED';
    file.selfReleased = true;
  }
}
