import type { BatchOrder, BatchReport, FtsTarget, PublishedReport } from '../orders.ts';
import { isFinalPublication, isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import { noteForCrab, noteLost, noteRejected } from './bookkeeping.ts';
import { reject } from './intake.ts';
import type { TaskState } from './task-state.ts';
import { outcomeOf } from './waiters.ts';

/**
 * Enters what a batch reports. Only files that this batch owns now are touched: a late report about a file that was superseded or
 * moved on changes nothing. Harmless when told twice.
 */
export function applyBatchReport(state: TaskState, report: BatchReport, now: number): void {
  const touched = new Set<LedgerJob>();
  if (!report.ended && !state.batches.isOpen(report.batch)) goesOn(state, report.batch);
  if (report.target) retarget(state, report.batch, report.target);
  for (const { key, publication, notBefore } of report.dropped)
    letGo(state, report.batch, key, publication, notBefore, now);
  for (const group of report.groups) {
    const keys = group.keys === 'all' ? null : new Set(group.keys);
    // A superseded generation that made it into DBS stays there, and in the books.
    if (group.publication === 'DONE')
      for (const key of awaiting(state, report.batch))
        if (!keys || keys.has(key)) letGo(state, report.batch, key, 'DONE', 0, now);
    if (group.transfer === 'HELD' && group.reason) state.held.set(report.batch, group.reason);
    const entries = keys ? byKeys(state, keys) : (state.ledger.byBatch.get(report.batch) ?? []);
    for (const entry of [...entries]) {
      const job = state.ledger.jobOf.get(entry);
      if (!job || entry.batch !== report.batch) continue;
      // A file we asked to kill stays KILL until its batch says what came of it.
      if (!(entry.transfer === 'KILL' && !isFinalTransfer(group.transfer)))
        state.ledger.setTransfer(entry, group.transfer, group.failure);
      // What the task decides (asked for, released, incomplete) is not undone by a batch that has not heard of it yet.
      if (group.publication === 'DONE' || (group.publication === 'FAILED' && entry.publication === 'ACQUIRED'))
        state.ledger.setPublication(entry, group.publication);
      // It was a whole job in one batch, which has released it.
      if (group.publication === 'ACQUIRED' && (entry.publication === 'NEW' || entry.incomplete))
        state.ledger.setPublication(entry, 'ACQUIRED');
      if (group.failure && group.reason) state.ledger.noteReason(group.failure, group.reason);
      touched.add(job);
    }
  }
  const { batch, slot, lingering, bytes } = report;
  state.batches.reported(batch, slot, lingering, bytes && { open: bytes[0], done: bytes[1], failed: bytes[2] });
  state.batches.setEndsPublished(batch, report.endsPublished === true);
  if (report.ended) endBatch(state, batch, now);
  else endPublished(state, batch, now);
  for (const job of touched) state.gate(job);
}

/** A batch that had ended was reset: it has its turns again, for files that no newer generation has replaced meanwhile. */
function goesOn(state: TaskState, batch: number): void {
  const entries = [...(state.ledger.byBatch.get(batch) ?? [])];
  const [first] = entries;
  if (first) state.batches.reopen(batch, first.link);
  state.outbox.order(batch, { kind: 'own', keys: entries.map(({ key }) => key) });
}

/**
 * Enters what a publisher says is in DBS. A batch that waited for nothing else has ended, or is about to: it says no more. The word of the batch
 * about the end of the transfers may be later.
 */
export function applyPublished(state: TaskState, { batches }: PublishedReport, now: number): void {
  for (const { batch, keys } of batches) {
    for (const key of awaiting(state, batch)) if (keys.includes(key)) letGo(state, batch, key, 'DONE', 0, now);
    for (const entry of byKeys(state, new Set(keys)))
      if (entry.batch === batch) state.ledger.setPublication(entry, 'DONE');
    endPublished(state, batch, now);
  }
}

/** Where a newer generation waits for one of its files, the batch itself says what became of it. */
function endPublished(state: TaskState, batch: number, now: number): void {
  const entries = state.ledger.byBatch.get(batch) ?? [];
  const isPublished = entries.length > 0 && entries.every(isOver) && awaiting(state, batch).length === 0;
  if (isPublished && state.batches.endsPublished(batch)) endBatch(state, batch, now);
}

const isOver = ({ transfer, publication }: LedgerEntry): boolean =>
  isFinalTransfer(transfer) && isFinalPublication(publication);

/** Later batches to the same destination are sent as whom FTS takes us for now. */
function retarget(state: TaskState, batch: number, target: FtsTarget): void {
  const link = state.ledger.links[state.batches.linkOf(batch) ?? -1];
  if (link) state.targets.set(link.destination, target);
}

const byKeys = (state: TaskState, keys: Set<string>): LedgerEntry[] =>
  [...keys].flatMap((key) => state.ledger.byKey.get(key) ?? []);

/** Keys of newer generations that wait for this batch to let go of the older ones. */
const awaiting = (state: TaskState, batch: number): string[] =>
  [...state.successors.keys()].filter((key) => state.ledger.byKey.get(key)?.awaits === batch);

/**
 * Orders to a batch that has ended, all of whose reports have therefore arrived: jobs that wait are told by the task itself. A batch that
 * was ended by force takes its open files with it.
 */
export function ordersLost(state: TaskState, batch: number, orders: BatchOrder[], now: number): void {
  const touched = new Set<LedgerJob>();
  for (const entry of state.ledger.byBatch.get(batch) ?? []) {
    if (!isFinalTransfer(entry.transfer)) {
      state.ledger.setTransfer(entry, 'KILLED');
      noteLost(state, entry);
    }
    if (!isFinalPublication(entry.publication)) state.ledger.setPublication(entry, 'FAILED');
    const job = state.ledger.jobOf.get(entry);
    if (!job) continue;
    touched.add(job);
    if (orders.some((order) => order.kind === 'watch' && order.keys.includes(entry.key))) outcomeOf(state, job, entry);
  }
  endBatch(state, batch, now);
  for (const job of touched) state.gate(job);
}

/** A batch that ends has let go of everything, whether or not it has heard that it should. */
function endBatch(state: TaskState, batch: number, now: number): void {
  state.endBatch(batch);
  for (const key of awaiting(state, batch))
    letGo(state, batch, key, 'FAILED', now + state.policy.cancelGrace * 1000, now);
}

/** The batch of an older generation has let go: the newer one goes on, unless the older one is in DBS already. */
function letGo(
  state: TaskState,
  batch: number,
  key: string,
  publication: BatchReport['dropped'][number]['publication'],
  notBefore: number,
  now: number,
): void {
  const successor = state.successors.get(key);
  const entry = state.ledger.byKey.get(key);
  const job = entry && state.ledger.jobOf.get(entry);
  if (!entry || !job || !successor || entry.awaits !== batch) return;
  state.successors.delete(key);
  entry.awaits = 0;
  if (publication === 'DONE') {
    reject(state, job, entry, 'already-published');
    noteRejected(state, entry, successor.record, 'already-published');
    state.gate(job);
  } else if (entry.transfer === 'KILL') {
    state.ledger.setTransfer(entry, 'KILLED');
    noteForCrab(state, entry, successor.record, 'KILLED', 'killed before it was sent');
    if (entry.waits) outcomeOf(state, job, entry);
    state.gate(job);
  } else {
    state.window.add({ ...successor, notBefore: Math.max(successor.notBefore, notBefore) }, now);
  }
}
