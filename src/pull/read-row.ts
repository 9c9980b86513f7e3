import { z } from 'zod';
import type { FileRecord, VomsAttributes } from '../domain/file.ts';
import { ownerOfTask, type Groups } from '../domain/lfn-areas.ts';
import { checkRecord, isJobId, RULES, type Rule } from '../domain/record-rules.ts';
import type { QueueRow } from '../ports/crab-queue.ts';

/** What CRAB's `filemetadata` adds to a row: rows have neither checksum nor dataset. */
export interface RowSupplement {
  dataset: string;
  adler32: string;
}

export type ReadRow =
  | { job: { task: string; jobId: string; retry: number }; file: FileRecord; voms: VomsAttributes; fault?: never }
  /** A row that cannot be taken: its id where it has one, and what is wrong, as `column: rule: text`. */
  | { job: { task: string; jobId: string; retry: number } | null; id: string | null; fault: string };

const text = z.string();
const whole = z.coerce.number().int().nonnegative();
/** Plain membership is NULL, nothing, or Python's None as a text. */
const voms = text.nullish().transform((name) => (!name || /^(null|none)$/i.test(name) ? '' : name));

const rowSchema = z.object({
  tm_id: text,
  tm_username: text,
  tm_taskname: text,
  tm_destination: text,
  tm_destination_lfn: text,
  tm_source: text,
  tm_source_lfn: text,
  tm_filesize: whole,
  tm_jobid: z.union([text, z.number()]).transform(String).refine(isJobId, RULES['job-id']),
  tm_job_retry_count: whole,
  tm_type: z.enum(['output', 'log']),
  tm_start_time: whole,
  tm_user_group: voms,
  tm_user_role: voms,
});

/** FileRecord's field → the row's column. */
const COLUMNS: Readonly<Record<string, string>> = {
  task: 'tm_taskname',
  type: 'tm_type',
  source: 'tm_source',
  sourceLfn: 'tm_source_lfn',
  destination: 'tm_destination',
  destinationLfn: 'tm_destination_lfn',
  size: 'tm_filesize',
  startTime: 'tm_start_time',
  id: 'tm_id',
  adler32: 'adler32 of the metadata',
  dataset: 'outdataset of the metadata',
};

/**
 * Reads a row of CRAB's queue and checks it as any record.
 * @param worker whose row it is: told back in this name
 * @param supplement with it the file is at its destination already and is to be published; without it, it is to be copied
 */
export function readRow(row: QueueRow, worker: string, supplement: RowSupplement | null, groups?: Groups): ReadRow {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const id = typeof row['tm_id'] === 'string' ? row['tm_id'] : null;
    return { job: null, id, fault: `${issue?.path.join('.') ?? 'row'}: ${issue?.message ?? 'unreadable'}` };
  }
  const { data } = parsed;
  const task = data.tm_taskname;
  const file: FileRecord = {
    id: data.tm_id,
    type: data.tm_type,
    source: data.tm_source,
    sourceLfn: data.tm_source_lfn,
    destination: data.tm_destination,
    destinationLfn: data.tm_destination_lfn,
    size: data.tm_filesize,
    adler32: supplement?.adler32 ?? null,
    dataset: supplement?.dataset ?? null,
    publish: supplement !== null,
    startTime: data.tm_start_time,
    alreadyThere: supplement !== null,
    crabWorker: worker,
  };
  const job = { task, jobId: data.tm_jobid, retry: data.tm_job_retry_count };
  const fault = ownerFault(task, data.tm_username) ?? recordFault(file, task, groups);
  if (fault !== null) return { job, id: file.id, fault };
  return { job, file, voms: { group: data.tm_user_group, role: data.tm_user_role } };
}

function ownerFault(task: string, username: string): string | null {
  const owner = ownerOfTask(task);
  return owner !== null && owner !== username ? faultText('tm_username', 'owner') : null;
}

function recordFault(file: FileRecord, task: string, groups: Groups | undefined): string | null {
  const [breach] = checkRecord(file, task, groups);
  return breach ? faultText(COLUMNS[breach.field] ?? breach.field, breach.rule) : null;
}

const faultText = (column: string, rule: Rule): string => `${column}: ${rule}: ${RULES[rule]}`;
