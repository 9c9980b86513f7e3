import { crabFileId, uuid5 } from '../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import type { CmsTask } from '../support/cms-load.ts';

/** A job that has ended. */
export interface DayJob {
  /** Index of its task. */
  task: number;
  jobId: string;
  /** Seconds from the beginning. */
  at: number;
  source: string;
  /** Number of its first file; the others follow. */
  first: number;
  files: readonly { type: 'output' | 'log'; bytes: number }[];
}

/** A task with what it has in the load. */
export interface DayTask extends Omit<CmsTask, 'jobs' | 'files'> {
  /** CRAB's name of it. */
  name: string;
  dataset: string;
  jobs: number;
  files: number;
}

/** As in CRAB's names of datasets. */
export const PSET_HASH = '94ba0e06145abd65ccb1d21786dc7e1d';

/** Tasks and jobs in the order in which those end. */
export interface Load {
  tasks: readonly DayTask[];
  jobs: readonly DayJob[];
  /** That they come in. */
  seconds: number;
}

/** The files of a load: numbered in the order in which they are reported. */
export class DayFiles {
  readonly tasks: readonly DayTask[];
  readonly jobs: readonly DayJob[];
  readonly files: number;
  /** That the load comes in. */
  readonly seconds: number;
  /** By number of file. */
  readonly #jobOf: Uint32Array;

  constructor({ tasks, jobs, seconds }: Load) {
    this.tasks = tasks;
    this.jobs = jobs;
    this.seconds = seconds;
    this.files = jobs.reduce((sum, job) => sum + job.files.length, 0);
    this.#jobOf = new Uint32Array(this.files);
    for (const [index, job] of jobs.entries()) this.#jobOf.fill(index, job.first, job.first + job.files.length);
  }

  jobOf(file: number): DayJob {
    return this.jobs[this.#jobOf[file]!]!;
  }

  taskOf(file: number): DayTask {
    return this.tasks[this.jobOf(file).task]!;
  }

  bytesOf(file: number): number {
    const job = this.jobOf(file);
    return job.files[file - job.first]!.bytes;
  }

  isOutput(file: number): boolean {
    const job = this.jobOf(file);
    return job.files[file - job.first]!.type === 'output';
  }

  sourceLfn(file: number): string {
    const { user } = this.taskOf(file);
    return `/store/temp/user/${user}.${userHash(user)}/${this.#rest(file)}`;
  }

  destinationLfn(file: number): string {
    return `/store/user/${this.taskOf(file).user}/${this.#rest(file)}`;
  }

  /** A job's report, as PostJob makes it. */
  report(job: DayJob): JobReport {
    const task = this.tasks[job.task]!;
    const files = job.files.map(({ type, bytes }, at): FileRecord => {
      const sourceLfn = this.sourceLfn(job.first + at);
      const isOutput = type === 'output';
      return {
        ...{ id: crabFileId(sourceLfn), type, source: job.source, sourceLfn, size: bytes },
        ...{ destination: task.destination, destinationLfn: this.destinationLfn(job.first + at) },
        adler32: isOutput ? adler32Of(job.first + at) : null,
        dataset: isOutput ? task.dataset : null,
        ...{ publish: isOutput && task.publish, startTime: 1_795_000_000, alreadyThere: false },
      };
    });
    return { jobId: job.jobId, retry: 0, expected: files.length, files };
  }

  #rest(file: number): string {
    const task = this.taskOf(file);
    const name = this.isOutput(file) ? `out_${file}.root` : `log/cmsRun_${file}.log.tar.gz`;
    const folder = String(Math.floor(Number(this.jobOf(file).jobId) / 1000)).padStart(4, '0');
    return `GenericTTbar/${task.label}/${task.name.slice(0, 13)}/${folder}/${name}`;
  }
}

/** The number that a file's name ends with; null for a file of somebody else. */
export function fileNumber(name: string): number | null {
  const digits = /_(\d+)\.(?:root|log\.tar\.gz)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Files have no bytes, but each has a sum of its own, 8 hex digits. */
export const adler32Of = (file: number): string =>
  (Math.imul(file + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');

/** What CRAB puts into the names of a user's temporary folders. */
const userHash = (user: string): string => uuid5('01874efb-4735-4595-bc9c-591aef8240c9', user).slice(0, 8);

/** CRAB's name of a task, and that of its output dataset. */
export function nameOf({ label, user, submittedAt }: CmsTask): Pick<DayTask, 'name' | 'dataset'> {
  const at = new Date(Date.UTC(2026, 10, 22) + submittedAt * 1000).toISOString();
  const stamp = `${at.slice(2, 10).replaceAll('-', '')}_${at.slice(11, 19).replaceAll(':', '')}`;
  return {
    name: `${stamp}:${user}_crab_${label}`,
    dataset: `/GenericTTbar/${user}-${label}-${PSET_HASH}/USER`,
  };
}
