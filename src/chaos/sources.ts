import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toJobReports } from '../contract/job-reports.ts';
import { adler32, adler32Hex } from '../domain/adler32.ts';
import type { JobReport } from '../domain/file.ts';
import { contentOf, crabRecord, differentSum, metadataOf } from '../demo/generate.ts';
import type { PlannedFile, PlannedJob, PlannedTask } from '../demo/plan.ts';

/** The bytes that one run of a job left as a file. */
export interface Generation {
  /** CRAB's retry count of the job. */
  retry: number;
  size: number;
  /** Of the bytes, whatever was reported. */
  adler32: string;
  /** Epoch ms. */
  laidAt: number;
}

/** A file of the plan, and all that its job ever left of it. */
export interface ChaosFile {
  task: PlannedTask;
  job: PlannedJob;
  file: PlannedFile;
  /** Oldest first. */
  generations: Generation[];
}

/** What a run of a job leaves behind. */
export interface JobRun {
  report: JobReport;
  /** As CRAB's PostJob writes them. */
  records: Record<string, unknown>[];
  /** Of the outputs, as CRAB keeps it. */
  metadata: ReturnType<typeof metadataOf>[];
}

/** A re-run's files are so much smaller: other bytes, told apart by their number. */
const SHRINKS = 0.9;

/** The jobs at the sites: they write files, and remember what they wrote. */
export class Sources {
  readonly #root: string;
  readonly #seed: number;
  /** By task name and destination LFN. */
  readonly #files = new Map<string, ChaosFile>();

  /** @param root of the sites */
  constructor(root: string, seed: number) {
    this.#root = root;
    this.#seed = seed;
  }

  get files(): readonly ChaosFile[] {
    return [...this.#files.values()];
  }

  /** A job runs, and leaves its files: whole from one moment to the next. @param retry how often it ran before */
  async runJob(task: PlannedTask, job: PlannedJob, retry: number): Promise<JobRun> {
    const run: Omit<JobRun, 'report'> = { records: [], metadata: [] };
    for (const [at, planned] of job.files.entries()) {
      const file = { ...planned, size: Math.max(1024, Math.round(planned.size * SHRINKS ** retry)) };
      const content = contentOf(file, this.#seed + retry);
      const sum = adler32Hex(adler32(content));
      const path = join(this.#root, job.source, file.sourceLfn);
      await this.#write(path, content);
      if (file.fault === 'vanished') await rm(path);
      const key = `${task.name} ${file.destinationLfn}`;
      const known = this.#files.get(key) ?? { task, job, file: planned, generations: [] };
      known.generations.push({ retry, size: file.size, adler32: sum, laidAt: Date.now() });
      this.#files.set(key, known);
      const reported = file.fault === 'wrong-sum' ? differentSum(sum) : sum;
      run.records.push(crabRecord(task, job, file, reported, retry) as Record<string, unknown>);
      if (file.type === 'output') run.metadata.push(metadataOf(task, job, file, sum, at));
    }
    const [report] = toJobReports(run.records).flatMap(({ jobs }) => jobs);
    if (!report) throw new Error(`job ${job.jobId} of ${task.name} has no files`);
    return { ...run, report };
  }

  async #write(path: string, content: Buffer): Promise<void> {
    const aside = join(this.#root, '.jobs', randomUUID());
    await mkdir(dirname(aside), { recursive: true });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(aside, content);
    await rename(aside, path);
  }
}
