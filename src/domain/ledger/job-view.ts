import { ruleOf } from '../failure-classes.ts';
import type { FileRecord, FileType } from '../file.ts';
import { RULES, type Rule } from '../record-rules.ts';
import { stage, type PublicationView, type TransferView } from '../stage-view.ts';
import { isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import { gates } from './ledger.ts';
import type { TaskState } from './task-state.ts';

/** What a task itself knows of a file: both stages in words, and its record while no batch has it. */
export interface EntryView {
  type: FileType;
  /** CRAB's exit code of the failure that it is in; null for none. Its batch may know it better. */
  code: number | null;
  record: FileRecord | null;
  stages: { transfer: TransferView; publication: PublicationView };
}

/** How far a job has been reported. */
export interface JobExtent {
  jobId: string;
  /** The newest retry reported. */
  retry: number;
  /** Files announced for it, and those of them that nobody has reported. */
  expected: number;
  unreported: number;
}

/** How far a job has been reported. */
export const viewJob = ({ id: jobId, retry, expected, entries }: LedgerJob): JobExtent => ({
  ...{ jobId, retry, expected },
  unreported: Math.max(0, expected - entries.filter((entry) => entry.retry === retry).length),
});

/** One file of a job by the books of its task. */
export function viewEntry(state: TaskState, job: LedgerJob, entry: LedgerEntry): EntryView {
  const waiting = entry.batch ? null : (state.window.find(entry.key) ?? state.successors.get(entry.key) ?? null);
  return {
    type: entry.type,
    code: entry.failure && ruleOf(entry.failure).code,
    record: entry.transfer === 'REJECTED' ? null : (waiting?.record ?? null),
    stages: { transfer: transferOf(state, entry), publication: publicationOf(state, job, entry) },
  };
}

function transferOf({ window, policy }: TaskState, entry: LedgerEntry): TransferView {
  const { key, transfer, rule, failure, batch, awaits } = entry;
  if (rule) return stage(transfer, { reason: `${rule}: ${RULES[rule as Rule] ?? ''}`, said: rule });
  const reason = failure && ruleOf(failure).text;
  if (isFinalTransfer(transfer)) return stage(transfer, { reason });
  if (batch) return stage(transfer, { reason, waitsFor: 'its batch' });
  if (awaits) return stage(transfer, { waitsFor: 'the copy of an earlier run of its job to be over' });
  return stage(transfer, {
    waitsFor: `its batch to fill (up to ${policy.maxFilesPerFtsJob} files between the same sites)`,
    nextTry: window.dueOf(key, policy),
  });
}

function publicationOf(state: TaskState, job: LedgerJob, entry: LedgerEntry): PublicationView {
  const { publication, type, dataset, incomplete } = entry;
  if (publication === 'NEW') return stage(publication, { waitsFor: missing(job, entry).join(' and ') || null });
  if (publication === 'ACQUIRED') return stage(publication, { waitsFor: 'DBS' });
  if (publication === 'NOT_REQUIRED') {
    const reason = type === 'log' ? 'Logs are not published.' : dataset < 0 ? 'It has no output dataset.' : null;
    return stage(publication, { reason: reason ?? 'Nobody has asked for it.' });
  }
  if (!incomplete) return stage(publication);
  const why = missing(job, entry, state.closed).join(' and ') || 'nothing any more';
  return stage(publication, {
    ...{ said: 'job-incomplete', reason: `Its job is published whole or not at all; missing: ${why}.` },
  });
}

/** What has to arrive before a job's files may be published. With `noMore`: what will not arrive any more. */
function missing(job: LedgerJob, entry: LedgerEntry, noMore?: boolean): string[] {
  const isMissing = ({ transfer }: LedgerEntry): boolean =>
    noMore === undefined ? transfer !== 'DONE' : isFinalTransfer(transfer) && transfer !== 'DONE';
  const siblings = job.entries.filter((other) => other.retry === job.retry && other !== entry && gates(other));
  const others = siblings.filter(isMissing).length;
  const absent = noMore === false ? 0 : viewJob(job).unreported;
  return [
    ...(isMissing(entry) ? ['its own transfer'] : []),
    ...(others > 0 ? [`the transfer of ${files(others, 'other')}`] : []),
    ...(absent > 0 ? [`the report of ${files(absent, 'further')}`] : []),
    ...(entry.retry === job.retry ? [] : ['its report by the newer run of the job']),
  ];
}

const files = (count: number, which: string): string => `${count} ${which} file${count === 1 ? '' : 's'} of its job`;
