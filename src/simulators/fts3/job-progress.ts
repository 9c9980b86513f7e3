import { JOB_FAILED } from './reasons.ts';
import { ACTIVE_FILE_STATES, ACTIVE_JOB_STATES, type FileRow, type JobRow } from './rows.ts';

/** FTS's delay where a job names none, seconds. */
const DEFAULT_RETRY_DELAY = 120;
/** Gives a file a state and counts its job's open files; tells nobody else. */
export function setFileState(file: FileRow, state: string, now: number): void {
  if (file.state === state) return;
  const change = Number(ACTIVE_FILE_STATES.has(state)) - Number(ACTIVE_FILE_STATES.has(file.state));
  file.job.openFiles += change;
  file.job.isKept = false;
  file.state = state;
  file.history.push({ state, at: now });
}

/** Gives a job a state. */
export function setJobState(job: JobRow, state: string, now: number): void {
  if (job.state === state) return;
  job.state = state;
  job.isKept = false;
  job.history.push({ state, at: now });
}

/**
 * Ends a job that has no open file any more, with the state FTS derives from its files; does nothing to others.
 *
 * FTS does this in a transaction of its own, after the last file's: for a moment a client sees terminal files in an
 * active job. The caller therefore runs it later than the file's change.
 */
export function endJobIfDone(job: JobRow, now: number): void {
  if (job.openFiles > 0 || !ACTIVE_JOB_STATES.has(job.state)) return;
  const state = finalState(job);
  setJobState(job, state, now);
  job.finishTime = now;
  job.reason = state === 'FINISHED' ? '' : JOB_FAILED;
}

function finalState(job: JobRow): string {
  const states = new Set(job.files.map((file) => file.state));
  const [finished, failed, canceled] = [states.has('FINISHED'), states.has('FAILED'), states.has('CANCELED')];
  // One good replica makes the file good.
  if (job.type === 'R') return finished ? 'FINISHED' : failed ? 'FAILED' : 'CANCELED';
  if (finished && failed) return job.type === 'H' ? 'FAILED' : 'FINISHEDDIRTY';
  if (failed) return 'FAILED';
  return canceled ? 'CANCELED' : 'FINISHED';
}

/**
 * The file that a terminal file makes ready to go: the next hop after a finished one, the next replica after a failed
 * one. Null where there is none; then hops that are left stay NOT_USED.
 */
export function successorOf(file: FileRow): FileRow | null {
  const { job } = file;
  const follows = (job.type === 'H' && file.state === 'FINISHED') || (job.type === 'R' && file.state === 'FAILED');
  return follows ? (job.files.find((other) => other.state === 'NOT_USED') ?? null) : null;
}

/** 0 stands for the server's default, less than 0 for none; replicas and hops are never retried. */
export function allowedRetries(job: JobRow, byDefault: number): number {
  if (job.type === 'R' || job.type === 'H') return 0;
  return job.retry === 0 ? byDefault : Math.max(0, job.retry);
}

/** Seconds between an attempt and the next. */
export const retrySeconds = ({ retryDelay }: JobRow): number => (retryDelay > 0 ? retryDelay : DEFAULT_RETRY_DELAY);
