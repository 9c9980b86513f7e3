import { isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import type { TaskState } from './task-state.ts';

/** A job that waits is told what is known: by the batch that owns the file, or by the task itself. */
export function tellWaiter(state: TaskState, job: LedgerJob, entry: LedgerEntry): void {
  entry.waits = true;
  if (entry.batch && state.batches.isOpen(entry.batch))
    state.outbox.order(entry.batch, { kind: 'watch', keys: [entry.key] });
  // What is final and in no batch is not in the window either: another file may be there for the same destination.
  else if (isFinalTransfer(entry.transfer)) outcomeOf(state, job, entry);
  else {
    const held = state.window.find(entry.key) ?? state.successors.get(entry.key);
    if (held) held.waiter = true;
  }
}

/** A job that waits for a generation that a newer one has replaced: it is told so, and waits no longer. */
export function tellSuperseded(state: TaskState, job: LedgerJob, old: LedgerEntry): void {
  const publication = old.publication === 'NOT_REQUIRED' ? 'NOT_REQUIRED' : 'FAILED';
  outcomeOf(state, job, { ...old, transfer: 'KILLED', publication, failure: null, rule: 'superseded' });
}

/** Hands a final file's outcome to the outbox for the job that waits for it. */
export function outcomeOf(state: TaskState, job: LedgerJob, entry: LedgerEntry): void {
  state.outbox.outcome({
    jobId: job.id,
    retry: entry.retry,
    key: entry.key,
    transfer: entry.transfer,
    publication: entry.publication,
    failure: entry.failure,
    reason: entry.rule ?? '',
  });
}
