import { FtsRefusal } from './answers.ts';
import { setFileState, setJobState } from './job-progress.ts';
import { JOB_CANCELED } from './reasons.ts';
import { ACTIVE_FILE_STATES, type FileRow, type JobRow } from './rows.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Cancels a whole job. Its files are CANCELED at once, but a copy that runs goes on for the grace time, and only then is
 * killed, its destination removed and its finish time filled.
 */
export function cancelJob(job: JobRow, scheduler: Scheduler, now: number): void {
  setJobState(job, 'CANCELED', now);
  job.cancelled = true;
  job.finishTime = now;
  job.reason = JOB_CANCELED;
  for (const file of job.files) {
    if (!ACTIVE_FILE_STATES.has(file.state)) continue;
    setFileState(file, 'CANCELED', now);
    file.reason = JOB_CANCELED;
    // FTS's daemon kills the copies of rows that have a process and no finish time.
    if (file.pid === null) file.finishTime = now;
    else scheduler.kill(file);
  }
  for (const file of job.files) scheduler.release(file);
}

/**
 * Cancels single files of an ordinary job and tells each one's resulting state, in the order asked. A copy that runs is
 * not stopped: the finish time, set here, hides the row from the daemon that would kill it.
 *
 * @throws FtsRefusal 400 for other types of job
 */
export function cancelFiles(
  job: JobRow,
  files: readonly (FileRow | undefined)[],
  scheduler: Scheduler,
  now: number,
): string[] {
  if (job.type !== 'N') throw new FtsRefusal(400, `Multihop or reuse jobs must be cancelled at once (${job.type})`);
  const states = files.map((file) => {
    if (file?.job !== job) return 'File does not belong to the job';
    if (ACTIVE_FILE_STATES.has(file.state)) {
      setFileState(file, 'CANCELED', now);
      file.finishTime = now;
      scheduler.release(file);
    }
    return file.state;
  });
  // FTS's own rule, whatever the job was before: even a FINISHED job becomes CANCELED when one of its files is named.
  if (job.openFiles === 0) {
    setJobState(job, 'CANCELED', now);
    job.cancelled = true;
    job.finishTime = now;
  }
  return states;
}
