import type { StateFile } from '../state-file.ts';
import type { JobStore } from './job-store.ts';
import type { FileRow, JobRow } from './rows.ts';
import type { Scheduler } from './scheduler.ts';

/** A job as it is kept: its files name it no more. */
type KeptJob = Omit<JobRow, 'files' | 'isKept'> & { files: Omit<FileRow, 'job'>[] };

/** Tables of the store; kinds in the state file, too. */
const TABLES = ['jobs', 'archived'] as const;
type JobTable = (typeof TABLES)[number];

/** FTS's tables of jobs and files in a state file, as its database would have them. */
export class KeptJobs {
  readonly #state: StateFile | null;
  readonly #store: JobStore;

  /** @param state null: nothing is kept */
  constructor(state: StateFile | null, store: JobStore) {
    this.#state = state;
    this.#store = store;
  }

  /** Keeps what has changed. To be called before anybody hears of it. */
  keep(): void {
    if (this.#state === null) return;
    for (const table of TABLES)
      for (const job of this.#store[table].values()) {
        if (job.isKept) continue;
        this.forget(job.jobId, table);
        this.#state.put(table, job.jobId, withoutLinks(job));
        job.isKept = true;
      }
  }

  /** @param but where it stays */
  forget(jobId: string, but?: JobTable): void {
    for (const table of TABLES) if (table !== but) this.#state?.remove(table, jobId);
  }

  /**
   * Goes on where the process before this one ended. Its copies died with it, as with their machine; FTS believes them running until they
   * have been silent for too long.
   */
  resume(scheduler: Scheduler): void {
    for (const table of TABLES)
      for (const kept of this.#state?.all<KeptJob>(table) ?? []) {
        const job = linked(kept);
        this.#store.restore(job, table);
        if (table === 'jobs') scheduler.resume(job);
      }
  }
}

function withoutLinks({ files, isKept: _, ...job }: JobRow): KeptJob {
  return { ...job, files: files.map(({ job: _job, ...file }) => file) };
}

function linked({ files, ...columns }: KeptJob): JobRow {
  const job: JobRow = { ...columns, files: [], isKept: true };
  job.files = files.map((file) => ({ ...file, job }));
  return job;
}
