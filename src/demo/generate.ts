import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toJobReports } from '../contract/job-reports.ts';
import { crabFileId } from '../domain/digest.ts';
import type { JobReport } from '../domain/file.ts';
import type { MetadataRecord } from '../simulators/crab/books.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import { PSET_HASH, type PlannedFile, type PlannedJob, type PlannedTask } from './plan.ts';
import { randomBytes, seededRandom } from './random.ts';

/** What the demo made: the list that the verification goes by. */
export interface GeneratedFile {
  size: number;
  /** Of the bytes at the source, whatever was reported. */
  adler32: string;
}

export interface Generated {
  /** By destination LFN; a job's re-run replaces them. */
  files: Map<string, GeneratedFile>;
  /** Reports by task name, as CRAB's records say. */
  reports: Map<string, JobReport[]>;
  /** File with CRAB's records, by task name. */
  recordFiles: Map<string, string>;
  bytes: number;
}

const WRITTEN_AT_ONCE = 8;
const START_TIME = 1_795_428_900;

/** Lays all files at their sites, tells CRAB about them, and writes CRAB's records as PostJob would. */
export async function generate(
  world: SimulatedWorld,
  tasks: PlannedTask[],
  folder: string,
  seed: number,
): Promise<Generated> {
  const made: Generated = { files: new Map(), reports: new Map(), recordFiles: new Map(), bytes: 0 };
  for (const task of tasks) {
    addTask(world, task);
    const records: object[] = [];
    const queue = task.jobs.map(
      (job) => async () => void records.push(...(await layJob(world, made, task, job, seed, 0))),
    );
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) await next();
    };
    await Promise.all(Array.from({ length: WRITTEN_AT_ONCE }, worker));
    const path = join(folder, `${task.user}_${task.label}_transfers.txt`);
    await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    made.recordFiles.set(task.name, path);
    made.reports.set(
      task.name,
      toJobReports(records).flatMap(({ jobs }) => jobs),
    );
  }
  return made;
}

/** The job runs again: other bytes of another size at the same places, reported with the next retry count. */
export async function rerunJob(
  world: SimulatedWorld,
  made: Generated,
  task: PlannedTask,
  job: PlannedJob,
  seed: number,
): Promise<JobReport> {
  for (const file of job.files) file.size = Math.max(1024, Math.round(file.size * 0.9));
  const [report] = toJobReports(await layJob(world, made, task, job, seed + 1, 1)).flatMap(({ jobs }) => jobs);
  return report as JobReport;
}

function addTask(world: SimulatedWorld, task: PlannedTask): void {
  world.crab.books.addTask(task.name, {
    tm_username: task.user,
    tm_publish_dbs_url: world.dbs.writerUrl,
    tm_dbs_url: world.dbs.readerUrl,
  });
}

async function layJob(
  world: SimulatedWorld,
  made: Generated,
  task: PlannedTask,
  job: PlannedJob,
  seed: number,
  retry: number,
): Promise<object[]> {
  const records: object[] = [];
  for (const [at, file] of job.files.entries()) {
    const { adler32 } = await world.storage.writeFile(job.source, file.sourceLfn, contentOf(file, seed));
    if (file.fault === 'vanished') await rm(join(world.storage.root, job.source, file.sourceLfn));
    made.files.set(file.destinationLfn, { size: file.size, adler32 });
    made.bytes += file.size;
    const reported = file.fault === 'wrong-sum' ? differentSum(adler32) : adler32;
    records.push(crabRecord(task, job, file, reported, retry));
    if (file.type === 'output') world.crab.books.addMetadata(task.name, metadataOf(task, job, file, adler32, at));
  }
  return records;
}

let block: Buffer | null = null;

/** Bytes of a file: cut from one random block at a place of its own, behind its name, so that no two files are alike. */
export function contentOf({ name, sourceLfn, size }: PlannedFile, seed: number): Buffer {
  block ??= randomBytes(seededRandom(seed), 1024 ** 2);
  const content = Buffer.alloc(size);
  const offset = Math.floor(
    seededRandom(seed ^ Number.parseInt(crabFileId(sourceLfn).slice(0, 8), 16))() * block.length,
  );
  for (let at = 0; at < size;) at += block.copy(content, at, at === 0 ? offset : 0);
  content.write(`${name} ${seed}\n`);
  return content;
}

/** Another checksum than a file's. */
export const differentSum = (sum: string): string => (sum.startsWith('0') ? '1' : '0') + sum.slice(1);

/** A line of CRAB's `task_process/transfers.txt`. */
export function crabRecord(
  task: PlannedTask,
  job: PlannedJob,
  file: PlannedFile,
  adler32: string,
  retry: number,
): object {
  const isLog = file.type === 'log';
  const publish = !isLog && task.publication === 'with-report';
  return {
    ...{ id: crabFileId(file.sourceLfn), username: task.user, taskname: task.name, start_time: START_TIME + retry },
    ...{
      destination: job.destination,
      destination_lfn: file.destinationLfn,
      source: job.source,
      source_lfn: file.sourceLfn,
    },
    ...{ filesize: file.size, publish: publish ? 1 : 0, transfer_state: 'NEW' },
    ...{
      publication_state: publish ? 'NEW' : 'NOT_REQUIRED',
      job_id: job.jobId,
      job_retry_count: retry,
      type: file.type,
    },
    publishname: `${task.label}-${PSET_HASH}`,
    // As CRAB: it does not know the sum of a log.
    checksums: { adler32: isLog ? 'abc' : adler32 },
    outputdataset: isLog ? `/FakeDataset/fakefile-FakePublish-${PSET_HASH}/USER` : task.dataset,
  };
}

/** What CRAB knows of an output file. */
export function metadataOf(
  task: PlannedTask,
  job: PlannedJob,
  file: PlannedFile,
  adler32: string,
  at: number,
): Partial<MetadataRecord> & { lfn: string } {
  const events = 50 + (file.size % 400);
  return {
    ...{
      lfn: file.destinationLfn,
      tmplfn: file.sourceLfn,
      filetype: 'EDM',
      jobid: job.jobId,
      outdataset: task.dataset,
    },
    ...{ filesize: file.size, adler32, cksum: file.size + at, inevents: events, swversion: 'CMSSW_13_0_10' },
    ...{ publishname: `${task.label}-${PSET_HASH}`, location: job.destination, tmplocation: job.source },
    runlumi: { 1: { [Number(job.jobId) * 10 + at]: String(events) } },
  };
}
