import type { BatchReport } from '../orders.ts';
import { isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import { outcomeOf, reject } from './intake.ts';
import type { TaskState } from './task-state.ts';

/**
 * Enters what a batch reports. Only files that this batch owns now are touched: a late report about a file that was superseded or
 * moved on changes nothing. Harmless when told twice.
 */
export function applyBatchReport(state: TaskState, report: BatchReport, now: number): void {
  const touched = new Set<LedgerJob>();
  for (const group of report.groups) {
    const entries = group.keys === 'all' ? state.ledger.byBatch.get(report.batch) : byKeys(state, group.keys);
    for (const entry of [...(entries ?? [])]) {
      const job = state.ledger.jobOf.get(entry);
      if (!job || entry.batch !== report.batch) continue;
      // A file we asked to kill stays KILL until its batch says what came of it.
      if (!(entry.transfer === 'KILL' && !isFinalTransfer(group.transfer)))
        state.ledger.setTransfer(entry, group.transfer, group.failure);
      // What the task decides (asked for, released, incomplete) is not undone by a batch that has not heard of it yet.
      if (group.publication === 'DONE' || (group.publication === 'FAILED' && entry.publication === 'ACQUIRED'))
        state.ledger.setPublication(entry, group.publication);
      if (group.failure && group.reason) state.ledger.noteReason(group.failure, group.reason);
      touched.add(job);
    }
  }
  for (const { key, publication, notBefore } of report.dropped) letGo(state, report.batch, key, publication, notBefore, now);
  if (report.ended) state.batches.end(report.batch);
  else state.batches.setSlot(report.batch, report.slot);
  for (const job of touched) state.gate(job);
}

const byKeys = (state: TaskState, keys: string[]): LedgerEntry[] =>
  keys.flatMap((key) => state.ledger.byKey.get(key) ?? []);

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
    reject(state, job, entry, 'already-published', successor.waiter);
    state.gate(job);
  } else if (entry.transfer === 'KILL') {
    state.ledger.setTransfer(entry, 'KILLED');
    if (successor.waiter) outcomeOf(state, job, entry);
    state.gate(job);
  } else {
    state.window.add({ ...successor, notBefore: Math.max(successor.notBefore, notBefore) }, now);
  }
}
