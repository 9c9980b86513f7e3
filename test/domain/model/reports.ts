import { crabFileId, shortHash } from '../../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../../src/domain/file.ts';

export const TASK = '261122_100000:alice_crab_model';

/** Files of every job of the model: two outputs and a log. */
export const FILES_PER_JOB = 3;

const DATASETS = ['/A/alice-one/USER', '/B/alice-two/USER'];

export interface FileChoice {
  job: number;
  file: number;
  retry: number;
  startTime: number;
  publish: boolean;
  /** The re-run wrote the very same bytes. */
  sameBytes?: boolean;
  alreadyThere?: boolean;
}

/** A good record. Its checksum stands for its bytes: another generation has another one. */
export function recordOf({ job, file, retry, startTime, publish, sameBytes, alreadyThere }: FileChoice): FileRecord {
  const type = file < 2 ? 'output' : 'log';
  const sourceLfn = `/store/temp/user/alice.abc/job_${job}_${file}.root`;
  return {
    id: crabFileId(sourceLfn),
    type,
    source: `T2_IT_S${job % 2}`,
    sourceLfn,
    destination: `T2_DE_D${job % 3}`,
    destinationLfn: `/store/user/alice/job_${job}_${file}.root`,
    size: 1000 + job,
    adler32: shortHash(`${job} ${file}${sameBytes ? '' : ` ${retry} ${startTime}`}`),
    dataset: type === 'output' ? (DATASETS[file] ?? null) : null,
    publish: publish && type === 'output',
    startTime,
    alreadyThere: alreadyThere ?? false,
  };
}

/** Another file that wants the destination of this one. */
export function intruderOf(record: FileRecord): FileRecord {
  const sourceLfn = record.sourceLfn.replace('job_', 'intruder_');
  return { ...record, sourceLfn, id: crabFileId(sourceLfn), adler32: shortHash(sourceLfn + record.startTime) };
}

export const reportOf = (job: number, retry: number, files: FileRecord[], waiter = false): JobReport => ({
  jobId: String(job),
  retry,
  expected: FILES_PER_JOB,
  files,
  waiter,
});
