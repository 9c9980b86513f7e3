import type { FileRecord, JobReport } from '../file.ts';
import type { BatchFileInput } from '../orders.ts';
import { ownerOfTask, type Groups } from '../lfn-areas.ts';
import { checkRecord, type Rule } from '../record-rules.ts';
import { compareGeneration, destinationKey, idCheck, type LedgerEntry, type LedgerJob } from './entry.ts';
import { noteRejected } from './bookkeeping.ts';
import { isPublishedBefore } from './ledger.ts';
import type { TaskState } from './task-state.ts';
import { outcomeOf, tellSuperseded, tellWaiter } from './waiters.ts';

/** What became of the files of a report, counted in files. */
export interface IntakeResult {
  /** Taken, new to the task. */
  accepted: number;
  /** Known already: nothing changed. */
  known: number;
  /** Taken in place of an earlier generation of the same file. */
  superseding: number;
  /** Kept as REJECTED, with the rule each breaks. */
  rejected: { jobId: string; id: string; rule: string }[];
}

/**
 * Takes the files of one job output into the task's books. The same report again changes nothing; a newer one of the same files
 * supersedes; a record that breaks a rule, or whose destination is taken by another live file, is kept as REJECTED.
 */
export function takeReport(state: TaskState, report: JobReport, now: number): IntakeResult {
  const result: IntakeResult = { accepted: 0, known: 0, superseding: 0, rejected: [] };
  const job = state.ledger.job(report.jobId);
  if (report.retry >= job.retry) {
    job.expected = report.retry > job.retry ? report.expected : Math.max(job.expected, report.expected);
    job.retry = report.retry;
  }
  for (const record of report.files) takeFile(state, job, report, record, now, result);
  state.gate(job);
  return result;
}

function takeFile(
  state: TaskState,
  job: LedgerJob,
  report: JobReport,
  record: FileRecord,
  now: number,
  result: IntakeResult,
): void {
  const key = destinationKey(record.destination, record.destinationLfn);
  // A record with an impossible time is kept too, as REJECTED: its time is then of no use.
  const startTime = Number.isSafeInteger(record.startTime) && record.startTime >= 0 ? record.startTime : 0;
  const generation = { retry: report.retry, startTime };
  const check = idCheck(record.id);
  // At most one that was taken, and a newer one that was rejected.
  const twins = job.entries.filter((entry) => entry.key === key && entry.check === check);
  const newest = twins.find((entry) => twins.every((other) => compareGeneration(entry, other) >= 0));
  const isKnown = newest && compareGeneration(generation, newest) <= 0;
  if (isKnown && !bringsDataset(state, record, generation, newest)) {
    result.known += 1;
    if (!report.waiter) return;
    if (report.retry < newest.retry) tellSuperseded(state, job, { ...newest, retry: report.retry });
    else tellWaiter(state, job, newest);
    return;
  }

  const twin = twins.find(({ transfer }) => transfer !== 'REJECTED');
  const holder = state.ledger.byKey.get(key);
  const fault = checkRecord(record, state.task, groupsOf(state))[0]?.rule;
  const rule = fault ?? holderRule(holder, twins);
  const entry: LedgerEntry = {
    key,
    check,
    ...generation,
    type: record.type,
    batch: 0,
    transfer: 'NEW',
    publication: record.publish ? 'NEW' : 'NOT_REQUIRED',
    failure: null,
    rule: null,
    // What a broken record says of them may be anything, and any amount of it.
    link: fault ? -1 : state.ledger.linkIndex(record.source, record.destination),
    dataset: fault ? -1 : state.ledger.datasetIndex(record.dataset),
    awaits: 0,
    incomplete: false,
    waits: report.waiter ?? false,
    untold: false,
  };
  const file: BatchFileInput = {
    key,
    jobId: report.jobId,
    retry: report.retry,
    record,
    waiter: entry.waits,
    // Where the earlier generation met a file that was there before, nothing of ours lies there.
    regenerated: twin !== undefined && twin.failure !== 'exists',
    notBefore: 0,
    // The copy of a file that was killed may still be dying.
    afterKill: holder?.transfer === 'KILLED',
    reportedAt: now,
  };
  for (const old of twins)
    if (old.transfer === 'REJECTED' && !(fault && isPublishedBefore(old))) state.ledger.remove(old);
  if (rule) {
    // Rejected before it is in the books: it must never stand in the place of the live file of its destination.
    reject(state, job, entry, rule);
    state.ledger.insert(job, entry);
    noteRejected(state, entry, record, rule);
    result.rejected.push({ jobId: report.jobId, id: record.id, rule });
    return;
  }
  if (twin) {
    const refused = supersede(state, job, twin, entry, file, now);
    if (refused) result.rejected.push({ jobId: report.jobId, id: record.id, rule: refused });
    else result.superseding += 1;
  } else {
    takeDestination(state, job, holder, entry, file, now);
    result.accepted += 1;
  }
}

/**
 * The record of a file that was copied before its dataset was known, as those of CRAB's queue are: it is taken again, to be published from where
 * it lies, as soon as its batch has let go of it.
 */
const bringsDataset = (
  { batches }: TaskState,
  { alreadyThere, dataset }: FileRecord,
  generation: { retry: number; startTime: number },
  known: LedgerEntry,
): boolean =>
  alreadyThere &&
  dataset !== null &&
  known.dataset < 0 &&
  known.transfer === 'DONE' &&
  !batches.isOpen(known.batch) &&
  compareGeneration(generation, known) === 0;

/** Takes a file of its own. Where a killed one had its destination before, the batch of that one has to let go first: its copy may still run. */
function takeDestination(
  state: TaskState,
  job: LedgerJob,
  holder: LedgerEntry | undefined,
  entry: LedgerEntry,
  file: BatchFileInput,
  now: number,
): void {
  const { ledger, batches, outbox, successors, window } = state;
  const before = holder && ledger.jobOf.get(holder);
  ledger.insert(job, entry);
  if (!holder || !before || !batches.isOpen(holder.batch)) return window.add(file, now);
  const { batch } = holder;
  // Its batch forgets it, so that nothing the batch says is about it any more, and whoever waits for it is told by the task.
  ledger.assign(holder, 0);
  if (holder.waits) outcomeOf(state, before, holder);
  outbox.order(batch, { kind: 'supersede', keys: [entry.key] });
  entry.awaits = batch;
  successors.set(file.key, file);
}

/** The rule that forbids a destination: another live file has it, or an earlier generation is published. */
function holderRule(holder: LedgerEntry | undefined, twins: LedgerEntry[]): Rule | null {
  if (!holder || holder.transfer === 'KILLED') return null;
  if (!twins.includes(holder)) return 'destination-taken';
  return isPublishedBefore(holder) ? 'already-published' : null;
}

/** The groups of the task's owner in the form that the rules take. */
function groupsOf({ task, groups }: TaskState): Groups | undefined {
  const owner = ownerOfTask(task) ?? '';
  return groups === null ? undefined : Object.fromEntries(groups.map((group) => [group, [owner]]));
}

/** Puts a new generation in the place of an old one, now or when the old one's batch has let go of it. Answers the rule where it may not. */
function supersede(
  state: TaskState,
  job: LedgerJob,
  old: LedgerEntry,
  entry: LedgerEntry,
  file: BatchFileInput,
  now: number,
): Rule | null {
  const { ledger, window, successors, outbox } = state;
  const inBatch = old.batch && state.batches.isOpen(old.batch);
  const inDbs = old.publication === 'DONE';
  // Its own predecessor may still be letting go: then that batch is the one to wait for.
  const awaits = old.awaits || (inBatch ? old.batch : 0);
  // The wait for the same retry of the job goes on.
  if (old.waits && old.retry === entry.retry) entry.waits = file.waiter = true;
  else if (old.waits) tellSuperseded(state, job, old);
  const held = window.remove(old.key);
  if (held) {
    file.regenerated = held.regenerated;
    file.notBefore = Math.max(file.notBefore, held.notBefore);
    file.afterKill ||= held.afterKill ?? false;
  }
  ledger.remove(old);
  ledger.insert(job, entry);
  if (inDbs) {
    reject(state, job, entry, 'already-published');
    noteRejected(state, entry, file.record, 'already-published');
    return 'already-published';
  }
  if (!awaits) {
    window.add(file, now);
    return null;
  }
  if (!old.awaits) outbox.order(awaits, { kind: 'supersede', keys: [old.key] });
  entry.awaits = awaits;
  successors.set(file.key, file);
  return null;
}

/** Marks an entry REJECTED and tells a waiting job. */
export function reject(state: TaskState, job: LedgerJob, entry: LedgerEntry, rule: Rule): void {
  const { ledger } = state;
  const publication = entry.publication === 'NOT_REQUIRED' ? 'NOT_REQUIRED' : 'FAILED';
  if (ledger.jobOf.has(entry)) {
    ledger.setTransfer(entry, 'REJECTED');
    ledger.setPublication(entry, publication);
  } else Object.assign(entry, { transfer: 'REJECTED', publication } satisfies Partial<LedgerEntry>);
  entry.rule = rule;
  entry.awaits = 0;
  if (ledger.byKey.get(entry.key) === entry && !isPublishedBefore(entry)) ledger.byKey.delete(entry.key);
  if (entry.waits) outcomeOf(state, job, entry);
}
