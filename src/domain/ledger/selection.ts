import { isFinalPublication, isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import { noteForCrab } from './bookkeeping.ts';
import { forSelected, isEverything, type Selection, type SelectionResult } from './selected.ts';
import type { TaskState } from './task-state.ts';
import { outcomeOf } from './waiters.ts';

/** Asks for the publication of files that were reported with `publish: 0`. */
export function requestPublication(state: TaskState, selection: Selection): SelectionResult {
  const touched = new Set<LedgerJob>();
  const result = forSelected(state, selection, (entry, job) => {
    if (entry.type !== 'output') return 'logs are never published';
    if (entry.dataset < 0) return 'the file has no output dataset';
    if (entry.publication !== 'NOT_REQUIRED') return 'asked for already';
    if (entry.transfer === 'REJECTED') return 'rejected';
    if (entry.batch && !state.batches.isOpen(entry.batch)) return 'the task had ended';
    state.ledger.setPublication(entry, 'NEW');
    touched.add(job);
    return null;
  });
  for (const job of touched) state.gate(job);
  return result;
}

/** Has what waits for a block to fill leave at once, with everything that waits for the same datasets; asks for nothing new. */
export function hurryPublication(state: TaskState, selection: Selection): SelectionResult {
  const datasets = new Set<number>();
  const result = forSelected(state, selection, (entry) => {
    if (entry.publication === 'NEW') return 'their jobs are not complete yet';
    if (entry.publication !== 'ACQUIRED')
      return entry.publication === 'NOT_REQUIRED' ? 'publication was not asked for' : `${entry.publication} already`;
    datasets.add(entry.dataset);
    return null;
  });
  const files = new Map<number, number>();
  for (const { publication, dataset } of state.ledger.entries())
    if (publication === 'ACQUIRED') files.set(dataset, (files.get(dataset) ?? 0) + 1);
  for (const index of datasets) {
    const dataset = state.ledger.datasets[index];
    if (dataset) state.outbox.hurry(dataset, files.get(index) ?? 0);
  }
  return result;
}

/** Kills the transfers of files that are not final. */
export function cancelFiles(state: TaskState, selection: Selection, reason: string, by: string): SelectionResult {
  const everything = isEverything(selection);
  const touched = new Set<LedgerJob>();
  const whole = new Set<number>();
  const result = forSelected(state, selection, (entry, job) => {
    if (isFinalTransfer(entry.transfer)) return `${entry.transfer} already`;
    if (entry.transfer === 'KILL') return 'being killed already';
    touched.add(job);
    const inWindow = state.window.remove(entry.key);
    if (inWindow) {
      state.ledger.setTransfer(entry, 'KILLED');
      noteForCrab(state, entry, inWindow.record, 'KILLED', `killed by ${by}: ${reason}`);
      if (entry.waits) outcomeOf(state, job, entry);
      return null;
    }
    state.ledger.setTransfer(entry, 'KILL');
    if (everything) whole.add(entry.batch);
    else if (entry.batch) state.outbox.order(entry.batch, { kind: 'cancel', keys: [entry.key], reason, by });
    return null;
  });
  whole.delete(0);
  for (const batch of whole) state.outbox.order(batch, { kind: 'cancel', keys: 'all', reason, by });
  for (const job of touched) state.gate(job);
  return result;
}

/** Tries failed transfers and publications again. */
export function retryFiles(
  state: TaskState,
  selection: Selection,
  what: 'transfer' | 'publication' | undefined,
): SelectionResult {
  const touched = new Set<LedgerJob>();
  const result = forSelected(state, selection, (entry, job) => {
    const transfer = entry.transfer === 'FAILED' && what !== 'publication';
    const publication = entry.publication === 'FAILED' && entry.transfer === 'DONE' && what !== 'transfer';
    if (!transfer && !publication) {
      if (!isFinal(entry)) return 'still under way';
      return entry.transfer === 'FAILED' ? 'its transfer failed' : 'nothing failed';
    }
    if (!state.batches.isOpen(entry.batch)) return 'the task had ended';
    if (transfer) {
      state.ledger.setTransfer(entry, 'RETRY', entry.failure);
      // Its batch has not heard that the publication was called off, since there was nothing to publish.
      if (entry.incomplete) state.ledger.setPublication(entry, 'NEW');
      state.outbox.order(entry.batch, { kind: 'retry', keys: [entry.key], what: 'transfer' });
      touched.add(job);
    } else if (entry.incomplete) return 'its job is incomplete';
    else {
      state.ledger.setPublication(entry, 'ACQUIRED');
      state.outbox.order(entry.batch, { kind: 'retry', keys: [entry.key], what: 'publication' });
    }
    return null;
  });
  for (const job of touched) state.gate(job);
  return result;
}

const isFinal = (entry: LedgerEntry): boolean =>
  isFinalTransfer(entry.transfer) && isFinalPublication(entry.publication);
