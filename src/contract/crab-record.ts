import { z } from 'zod';
import type { FileRecord, VomsAttributes } from '../domain/file.ts';
import { ownerOfTask, type Groups } from '../domain/lfn-areas.ts';
import { checkRecord, isJobId, RULES } from '../domain/record-rules.ts';

/** What the fields of CRAB's own records must be, besides the record rules: name of the rule → what it says. */
export const RECORD_RULES = {
  ...RULES,
  json: 'must be JSON',
  object: 'must be a JSON object with the fields of a transfer',
  required: 'is missing',
  text: 'must be a text',
  number: 'must be a whole number',
  flag: 'must be 0 or 1',
  'transfer-state': 'must be NEW or DONE',
  'publication-state': 'must be NEW, RETRY or NOT_REQUIRED',
  voms: 'must be the name of a VOMS group or role: letters, digits, - and _, at most 64',
  'voms-differs': 'must be the same for all files of a task',
} as const;
export type RecordRule = keyof typeof RECORD_RULES;

/** An error of a field: absent, or breaking the rule. zod hands the message on as it is, so that it can carry the rule's name. */
const rule = (name: RecordRule) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? 'required' : name),
});

const text = z.string(rule('text'));
/** CRAB writes numbers; what has gone through its database and forms may be digits in a text. */
const number = z
  .union([z.number(), z.string().regex(/^[0-9]{1,20}$/, rule('number'))], rule('number'))
  .transform(Number);
/** CRAB writes `NULL`, or nothing, for plain membership. */
const vomsName = z
  .string(rule('voms'))
  .regex(/^$|^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/, rule('voms'))
  .transform((name) => (/^(null|none)$/i.test(name) ? '' : name))
  .nullish()
  .transform((name) => name ?? '');
const flag = z.union([z.literal([0, 1, '0', '1']), z.boolean()], rule('flag')).transform(Number);

/**
 * A record of CRAB's `task_process/transfers.txt`: what PostJob puts to `fileusertransfers`, with names of the dataset and checksums, and
 * group and role of the user's credential where PostJob says them.
 * Fields that are not listed are CRAB's own business.
 */
export const crabRecordSchema = z.object(
  {
    id: text,
    username: text,
    group: vomsName,
    role: vomsName,
    taskname: text,
    start_time: number,
    destination: text,
    destination_lfn: text,
    source: text,
    source_lfn: text,
    filesize: number,
    publish: flag,
    transfer_state: z.enum(['NEW', 'DONE'], rule('transfer-state')),
    publication_state: z.enum(['NEW', 'RETRY', 'NOT_REQUIRED'], rule('publication-state')),
    job_id: z.union([z.string(), z.number()], rule('job-id')).transform(String).refine(isJobId, rule('job-id')),
    job_retry_count: number.refine((count) => Number.isSafeInteger(count) && count >= 0, rule('retry-count')),
    type: z.enum(['output', 'log'], rule('file-type')),
    publishname: z.string(rule('text')).nullish(),
    checksums: z.object({ adler32: z.string(rule('adler32')).nullish() }, rule('object')).nullish(),
    outputdataset: z.string(rule('text')).nullish(),
  },
  rule('object'),
);
export type CrabRecord = z.output<typeof crabRecordSchema>;

/** A rule that a record breaks: `field` is CRAB's name of the field, empty for the record as a whole. */
export interface RecordFault {
  field: string;
  rule: RecordRule;
}

/** The job output that a file belongs to. */
export interface JobRef {
  task: string;
  jobId: string;
  retry: number;
}

export type ReadRecord =
  | { job: JobRef; file: FileRecord; voms: Required<VomsAttributes>; faults?: never }
  /** What the record is of, as far as it can be made out: it counts as one of that job's files. */
  | { job: JobRef | null; id: string | null; faults: RecordFault[] };

/** FileRecord's field → CRAB's. */
const CRAB_FIELD: Readonly<Record<string, string>> = {
  task: 'taskname',
  startTime: 'start_time',
  sourceLfn: 'source_lfn',
  destinationLfn: 'destination_lfn',
  size: 'filesize',
  adler32: 'checksums.adler32',
  dataset: 'outputdataset',
};

/**
 * Reads one of CRAB's records and checks it against its schema and the record rules.
 * @param groups members of the groups under /store/group; without it any group is allowed
 */
export function readCrabRecord(value: unknown, groups?: Groups): ReadRecord {
  const parsed = crabRecordSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      rule: (Object.hasOwn(RECORD_RULES, issue.message) ? issue.message : 'object') as RecordRule,
    }));
    return { ...guessOwner(value), faults };
  }
  const record = parsed.data;
  const file = toFileRecord(record);
  const owner = ownerOfTask(record.taskname);
  const faults: RecordFault[] = [];
  if (owner !== null && record.username !== owner) faults.push({ field: 'username', rule: 'owner' });
  for (const breach of checkRecord(file, record.taskname, groups))
    faults.push({ field: CRAB_FIELD[breach.field] ?? breach.field, rule: breach.rule });
  const job = { task: record.taskname, jobId: record.job_id, retry: record.job_retry_count };
  const { group, role } = record;
  return faults.length ? { job, id: record.id, faults } : { job, file, voms: { group, role } };
}

function toFileRecord(record: CrabRecord): FileRecord {
  const { outputdataset, type } = record;
  // CRAB gives logs and files without a dataset of their own a made-up one.
  const hasDataset = type === 'output' && outputdataset && !outputdataset.startsWith('/FakeDataset/');
  return {
    id: record.id,
    type,
    source: record.source,
    sourceLfn: record.source_lfn,
    destination: record.destination,
    destinationLfn: record.destination_lfn,
    size: record.filesize,
    adler32: toChecksum(record.checksums?.adler32 ?? null, type),
    dataset: hasDataset ? outputdataset : null,
    publish: record.publish === 1,
    startTime: record.start_time,
    alreadyThere: record.transfer_state === 'DONE',
  };
}

/** A sum in the 8 digits of FTS and the storage systems: CRAB's may lack leading zeros, and for a log it writes `abc`. */
function toChecksum(adler32: string | null, type: FileRecord['type']): string | null {
  if (type === 'log') return adler32 && /^[0-9a-f]{8}$/i.test(adler32) ? adler32.toLowerCase() : null;
  if (adler32 === null || adler32 === 'abc' || !/^[0-9a-f]{1,8}$/i.test(adler32)) return adler32;
  return adler32.padStart(8, '0').toLowerCase();
}

/** The job that an unreadable record names, where it does. */
function guessOwner(value: unknown): { job: JobRef | null; id: string | null } {
  const { taskname, job_id, job_retry_count, id } = (typeof value === 'object' && value ? value : {}) as Record<
    string,
    unknown
  >;
  const jobId = typeof job_id === 'number' ? String(job_id) : job_id;
  const retry = Number(job_retry_count);
  const known = typeof taskname === 'string' && isJobId(jobId) && Number.isSafeInteger(retry) && retry >= 0;
  return { job: known ? { task: taskname, jobId, retry } : null, id: typeof id === 'string' ? id : null };
}
