import { setFileState } from './job-progress.ts';
import { QUEUE_EXPIRED } from './reasons.ts';
import { ACTIVE_JOB_STATES, type JobRow } from './rows.ts';

const WAITING: ReadonlySet<string> = new Set(['SUBMITTED', 'STAGING', 'NOT_USED']);

/** The jobs that may not wait for ever. */
export class QueueDeadlines {
  readonly #jobs = new Set<JobRow>();

  watch(job: JobRow): void {
    if (job.queueDeadline !== null) this.#jobs.add(job);
  }

  /** Cancels what still waits in overdue jobs, while what runs runs on; tells those jobs. @param now epoch ms */
  expire(now: number): JobRow[] {
    const expired: JobRow[] = [];
    for (const job of this.#jobs) {
      const isOver = !ACTIVE_JOB_STATES.has(job.state);
      if (!isOver && (job.queueDeadline ?? Infinity) * 1000 > now) continue;
      this.#jobs.delete(job);
      if (isOver) continue;
      for (const file of job.files) {
        if (!WAITING.has(file.state)) continue;
        setFileState(file, 'CANCELED', now);
        file.reason = QUEUE_EXPIRED;
        file.finishTime = now;
      }
      expired.push(job);
    }
    return expired;
  }
}
