import { vomsOf } from '../domain/credential.ts';
import type { FileRecord, JobReport, VomsAttributes } from '../domain/file.ts';
import type { Groups } from '../domain/lfn-areas.ts';
import { readCrabRecord, type JobRef, type ReadRecord, type RecordFault } from './crab-record.ts';

/** A record as it stands in a file. */
export interface NumberedRecord {
  /** Counted from 1. */
  line: number;
  value: unknown;
}

/** A record that cannot be taken, with every rule it breaks, the likeliest cause first. */
export interface BadRecord {
  line: number;
  faults: RecordFault[];
}

/** A task's job outputs, and the group and role of its owner's credential. */
export interface TaskReports extends VomsAttributes {
  task: string;
  jobs: JobReport[];
}

/** What a file of CRAB's records comes to. */
export interface CollectedReports {
  tasks: TaskReports[];
  /** Files in `tasks`. */
  files: number;
  bad: BadRecord[];
  /** Job outputs in `tasks` that announce more files than they have, since some of their records are bad. */
  incomplete: JobRef[];
}

/** A job output while its records are gathered. */
interface Gathering {
  ref: JobRef;
  files: Map<string, FileRecord>;
  destinations: Map<string, string>;
  /** Ids of the job's files, those of bad records too; a number for a bad record without one. */
  announced: Set<string | number>;
}

/**
 * Checks CRAB's records and gathers the good ones by task and job output.
 *
 * A job output announces as many files as the records name for it, bad ones included: it cannot be complete, and nothing of it published,
 * before they are mended. A file that appears again with another start time was reported anew: the newest counts.
 */
export function collectReports(records: Iterable<NumberedRecord>, groups?: Groups): CollectedReports {
  const gathered = new Map<string, Gathering>();
  const voms = new Map<string, Required<VomsAttributes>>();
  const bad: BadRecord[] = [];
  for (const { line, value } of records) {
    const read = withOneVoms(voms, readCrabRecord(value, groups));
    const job = read.job && gathering(gathered, read.job);
    if (read.faults) {
      job?.announced.add(read.id ?? line);
      bad.push({ line, faults: read.faults });
      continue;
    }
    const fault = job && take(job, read.file);
    if (fault) bad.push({ line, faults: [fault] });
  }
  return { ...toTasks(gathered.values(), voms), bad };
}

/**
 * Groups records that are good into the reports of their jobs; `expected` is the number of a job's files among them.
 * @throws Error where one of them is not good
 */
export function toJobReports(records: readonly unknown[]): TaskReports[] {
  const { tasks, bad } = collectReports(records.map((value, i) => ({ line: i + 1, value })));
  const [first] = bad;
  if (first) throw new Error(`record ${first.line}: ${first.faults.map((f) => `${f.field}: ${f.rule}`).join(', ')}`);
  return tasks;
}

function gathering(all: Map<string, Gathering>, ref: JobRef): Gathering {
  const key = JSON.stringify([ref.task, ref.jobId, ref.retry]);
  let job = all.get(key);
  if (!job) all.set(key, (job = { ref, files: new Map(), destinations: new Map(), announced: new Set() }));
  return job;
}

/** A good record that names another group or role than its task's first one is a bad one. */
function withOneVoms(known: Map<string, Required<VomsAttributes>>, read: ReadRecord): ReadRecord {
  if (read.faults) return read;
  const { job, file, voms } = read;
  const first = known.get(job.task) ?? voms;
  known.set(job.task, first);
  const field = (['group', 'role'] as const).find((name) => first[name] !== voms[name]);
  return field ? { job, id: file.id, faults: [{ field, rule: 'voms-differs' }] } : read;
}

/** Adds a good file to its job; answers what forbids it. */
function take(job: Gathering, file: FileRecord): RecordFault | null {
  const known = job.files.get(file.id);
  if (known?.startTime === file.startTime) return { field: 'id', rule: 'duplicate-id' };
  const destination = `${file.destination}:${file.destinationLfn}`;
  job.announced.add(file.id);
  if ((job.destinations.get(destination) ?? file.id) !== file.id)
    return { field: 'destination_lfn', rule: 'duplicate-destination' };
  if (known && known.startTime > file.startTime) return null;
  job.files.set(file.id, file);
  job.destinations.set(destination, file.id);
  return null;
}

function toTasks(
  jobs: Iterable<Gathering>,
  voms: ReadonlyMap<string, Required<VomsAttributes>>,
): Pick<CollectedReports, 'tasks' | 'files' | 'incomplete'> {
  const tasks = new Map<string, JobReport[]>();
  const incomplete: JobRef[] = [];
  let files = 0;
  for (const { ref, files: good, announced } of jobs) {
    if (!good.size) continue;
    if (good.size < announced.size) incomplete.push(ref);
    files += good.size;
    const report = { jobId: ref.jobId, retry: ref.retry, expected: announced.size, files: [...good.values()] };
    const reports = tasks.get(ref.task);
    if (reports) reports.push(report);
    else tasks.set(ref.task, [report]);
  }
  return {
    tasks: [...tasks].map(([task, reports]) => ({ task, jobs: reports, ...vomsOf(voms.get(task) ?? {}) })),
    files,
    incomplete,
  };
}
