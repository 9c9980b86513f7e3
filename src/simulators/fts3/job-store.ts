import { randomUUID } from 'node:crypto';
import { BASE_ID, type Caller } from './identity.ts';
import { uuid5 } from '../../domain/digest.ts';
import { FtsRefusal } from './answers.ts';
import { ACTIVE_FILE_STATES, type FileRow, type JobRow } from './rows.ts';
import type { PlannedFile, PlannedJob } from './submission.ts';

/** Beyond 2^31, as at CERN: ids that fit no 32-bit integer must not surprise a client. */
const FIRST_FILE_ID = 5_000_000_001;

/** FTS's tables: jobs and files by id, and the archive where old jobs go. */
export class JobStore {
  readonly jobs = new Map<string, JobRow>();
  readonly archived = new Map<string, JobRow>();
  /** Taken in so far. */
  readonly taken = { jobs: 0, files: 0 };
  readonly #files = new Map<number, FileRow>();
  /** Destinations of files that are not terminal, of the VOs whose duplicates are refused. */
  readonly #liveDestinations = new Map<string, FileRow>();
  readonly #checkDuplicates: ReadonlySet<string>;
  #nextFileId = FIRST_FILE_ID;

  /** @param checkDuplicates VOs whose submissions may not name a destination that another live file has */
  constructor(checkDuplicates: readonly string[] = []) {
    this.#checkDuplicates = new Set(checkDuplicates);
  }

  /** @throws FtsRefusal 409 for a job id that exists (a repeated sid), or a duplicate destination where those are checked */
  insert(plan: PlannedJob, caller: Caller, now: number): JobRow {
    const jobId = plan.sid === null ? randomUUID() : uuid5(uuid5(BASE_ID, caller.vo), plan.sid);
    if (this.jobs.has(jobId)) throw new FtsRefusal(409, 'The sid provided by the user is duplicated');
    const isChecked = this.#checkDuplicates.has(caller.vo);
    if (isChecked) this.#refuseDuplicates(plan);

    const { files, state, ...columns } = plan;
    const job: JobRow = {
      ...columns,
      jobId,
      userDn: caller.dn,
      vo: caller.vo,
      delegationId: caller.delegationId,
      token: caller.token,
      metadata: { ...plan.metadata, auth_method: caller.method },
      submitTime: now,
      finishTime: null,
      state,
      history: [{ state, at: now }],
      reason: null,
      cancelled: false,
      files: [],
      openFiles: 0,
      isKept: false,
    };
    job.files = files.map((file) => this.#insertFile(file, job, now));
    job.openFiles = job.files.filter((file) => ACTIVE_FILE_STATES.has(file.state)).length;
    if (isChecked) for (const file of job.files) this.#liveDestinations.set(file.destination, file);
    this.jobs.set(jobId, job);
    this.taken.jobs += 1;
    this.taken.files += job.files.length;
    // A repeated sid of a job long gone is a new job; only the archive's copy of the old one is lost.
    this.archived.delete(jobId);
    return job;
  }

  /** Takes in a job that a state file has kept. */
  restore(job: JobRow, where: 'jobs' | 'archived'): void {
    this[where].set(job.jobId, job);
    for (const file of job.files) {
      this.#nextFileId = Math.max(this.#nextFileId, file.fileId + 1);
      if (where === 'archived') continue;
      this.#files.set(file.fileId, file);
      if (this.#checkDuplicates.has(job.vo)) this.#liveDestinations.set(file.destination, file);
    }
  }

  file(fileId: number): FileRow | undefined {
    return this.#files.get(fileId);
  }

  /** Moves a job to the archive, as FTS does 7 days after its end: GET answers 404 and its sid is accepted again. */
  archive(jobId: string): boolean {
    const job = this.jobs.get(jobId);
    if (!job) return false;
    this.jobs.delete(jobId);
    this.archived.set(jobId, job);
    job.isKept = false;
    for (const file of job.files) this.#files.delete(file.fileId);
    return true;
  }

  #insertFile(plan: PlannedFile, job: JobRow, now: number): FileRow {
    const fileId = this.#nextFileId++;
    const file: FileRow = {
      ...plan,
      fileId,
      job,
      history: [{ state: plan.state, at: now }],
      attempts: [],
      retries: 0,
      reason: null,
      recoverable: null,
      priority: job.priority,
      size: null,
      startTime: null,
      finishTime: null,
      pid: null,
      duration: null,
      retryLog: [],
      ticket: 0,
    };
    this.#files.set(fileId, file);
    return file;
  }

  #refuseDuplicates(plan: PlannedJob): void {
    const named = new Set<string>();
    for (const { destination } of plan.files) {
      const live = this.#liveDestinations.get(destination);
      if (!named.has(destination) && !(live && ACTIVE_FILE_STATES.has(live.state))) {
        named.add(destination);
        continue;
      }
      const entry = `Duplicate entry '${uuid5(BASE_ID, destination)}' for key 'dest_surl_uuid'`;
      const message = `The submission is duplicated (MySQLdb.IntegrityError) (1062, "${entry}")`;
      throw new FtsRefusal(409, message);
    }
  }
}
