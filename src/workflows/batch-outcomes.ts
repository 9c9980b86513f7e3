import { jobOutputId } from '../contract/ids.ts';
import type { FileOutcome } from '../contract/messages.ts';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import { outcomeOfFile } from '../domain/batch/views.ts';
import { fileOutcomesSignal, tell } from './signals.ts';

/** Tells jobOutput workflows the outcomes of their files, one signal a job. A job that waits no more has ended: fine. */
export async function tellWaitingJobs(task: string, files: BatchFile[]): Promise<void> {
  const byJob = new Map<string, FileOutcome[]>();
  for (const file of files) {
    const id = jobOutputId(task, file.jobId, file.retry);
    byJob.set(id, [...(byJob.get(id) ?? []), outcomeOfFile(file)]);
  }
  await Promise.all([...byJob].map(([id, outcomes]) => tell(id, fileOutcomesSignal, outcomes)));
}
