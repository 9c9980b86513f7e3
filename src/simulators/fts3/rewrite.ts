import { setFileState, setJobState } from './job-progress.ts';
import type { FileRow, JobRow } from './rows.ts';

/** New values for columns of a file. */
export type FileRewrite = Partial<
  Pick<FileRow, 'state' | 'reason' | 'recoverable' | 'destination' | 'metadata' | 'startTime' | 'finishTime'>
>;

/** New values for columns of a job, and for those of its files by their place in it. */
export interface JobRewrite extends Partial<Pick<JobRow, 'state' | 'reason' | 'metadata' | 'finishTime'>> {
  files?: Readonly<Record<number, FileRewrite>>;
}

/**
 * Changes rows behind everybody's back: states that FTS's own daemons, its operators, a newer release or a wrong clock lead to, and
 * no request does. Nothing follows from it by itself: the job does not end with its last file.
 */
export function rewriteJob(job: JobRow, { files = {}, state, ...columns }: JobRewrite): void {
  const now = Date.now();
  if (state !== undefined) setJobState(job, state, now);
  Object.assign(job, columns, { isKept: false });
  for (const [at, change] of Object.entries(files)) {
    const file = job.files[Number(at)];
    if (file) rewriteFile(file, change, now);
  }
}

function rewriteFile(file: FileRow, { state, ...columns }: FileRewrite, now: number): void {
  if (state !== undefined) setFileState(file, state, now);
  Object.assign(file, columns);
}
