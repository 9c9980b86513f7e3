import type { FtsTarget } from '../orders.ts';
import type { TaskState } from './task-state.ts';
import { volumeOf } from './volume.ts';
import type { ReadyBatch } from './window.ts';

/** A batch that is to be started. */
export interface StartedBatch extends ReadyBatch {
  batch: number;
  /** Where to submit, if it is its turn already. */
  target: FtsTarget | null;
}

/**
 * Makes at most `limit` batches of what is full or due in the window. All of it is in the books before the first of them is started: a file
 * that is in neither window nor batch could not be cancelled or superseded.
 */
export function beginBatches(state: TaskState, now: number, limit = Infinity): StartedBatch[] {
  const { ledger, batches, window, policy, closed, outbox } = state;
  return window.takeReady(now, policy, { all: closed, limit }).map((ready) => {
    const batch = batches.begin(ledger.linkIndex(ready.source, ready.destination), volumeOf(ready.files));
    for (const { key } of ready.files) {
      const entry = ledger.byKey.get(key);
      if (!entry) continue;
      ledger.assign(entry, batch);
      // Decided while it waited here: its batch goes by the record otherwise.
      if (entry.incomplete) outbox.order(batch, { kind: 'incomplete', keys: [key] });
    }
    const target = state.targets.get(ready.destination);
    const admitted = target && !state.paused && batches.admitNew(batch, policy);
    if (admitted) markSubmitted(state, batch);
    return { ...ready, batch, target: admitted ? target : null };
  });
}

/** Lets waiting batches through to FTS while the task has turns left; those whose server has not answered yet are passed over. */
export function admitBatches(state: TaskState): void {
  if (state.paused) return;
  const targetOf = (link = -1): FtsTarget | undefined => state.targets.get(state.ledger.links[link]?.destination ?? '');
  for (const batch of state.batches.admit(state.policy, (link) => targetOf(link) !== undefined)) {
    const target = targetOf(state.batches.linkOf(batch));
    if (!target) continue;
    markSubmitted(state, batch);
    state.outbox.order(batch, { kind: 'admit', target });
  }
}

function markSubmitted(state: TaskState, batch: number): void {
  for (const entry of state.ledger.byBatch.get(batch) ?? [])
    if (['NEW', 'RETRY', 'HELD'].includes(entry.transfer)) state.ledger.setTransfer(entry, 'SUBMITTED');
}
