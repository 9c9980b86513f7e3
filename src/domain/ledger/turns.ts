import type { BatchFileInput, FtsTarget } from '../orders.ts';
import type { LedgerEntry } from './entry.ts';
import { gates, type Ledger } from './ledger.ts';
import type { TaskState } from './task-state.ts';
import { volumeOf } from './volume.ts';
import type { ReadyBatch } from './window.ts';

/** A batch that is to be started. */
export interface StartedBatch extends ReadyBatch {
  batch: number;
  /** Where to submit, if it is its turn already. */
  target: FtsTarget | null;
  /** Publishers of all datasets of its files have been started. */
  publishing: boolean;
}

/**
 * Makes at most `limit` batches of what is full or due in the window. All of it is in the books before the first of them is started: a file
 * that is in neither window nor batch could not be cancelled or superseded.
 */
export function beginBatches(state: TaskState, now: number, limit = Infinity): StartedBatch[] {
  const { ledger, batches, window, policy, closed, outbox } = state;
  const mayLeave = (file: BatchFileInput): boolean =>
    outputsOfWholeJob(ledger, file.key) !== null && hasTurnFor(state, file);
  return window.takeReady(now, policy, { all: closed, limit, mayLeave }).map((ready) => {
    const batch = batches.begin(ledger.linkIndex(ready.source, ready.destination), volumeOf(ready.files));
    for (const { key } of ready.files) {
      const entry = ledger.byKey.get(key);
      if (!entry) continue;
      ledger.assign(entry, batch);
      // Decided while it waited here: its batch goes by the record otherwise.
      if (entry.incomplete) outbox.order(batch, { kind: 'incomplete', keys: [key] });
    }
    for (const file of ready.files) {
      const jobOutputs = outputsOfBatch(ledger, file.key, batch);
      if (jobOutputs !== null) file.jobOutputs = jobOutputs;
    }
    const target = state.targets.get(ready.destination);
    const admitted = target && !state.paused && batches.admitNew(batch, policy);
    if (admitted) markSubmitted(state, batch);
    const datasets = ready.files.map(({ key }) => ledger.byKey.get(key)?.dataset ?? -1);
    const publishing = datasets.every((dataset) => ledger.publishing.has(dataset));
    return { ...ready, batch, target: admitted ? target : null, publishing };
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

/** The outputs of the file's job, once all of them have been reported; null where some are to come, or the file is of an earlier run of its job. */
function outputsOfWholeJob(ledger: Ledger, key: string): LedgerEntry[] | null {
  const entry = ledger.byKey.get(key);
  const job = entry && ledger.jobOf.get(entry);
  if (!job || entry.retry !== job.retry) return null;
  const current = job.entries.filter(({ retry }) => retry === job.retry);
  return current.length >= job.expected ? current : null;
}

/** A batch with the file would be sent at once. */
const hasTurnFor = ({ paused, targets, batches, policy }: TaskState, { record }: BatchFileInput): boolean =>
  !paused && targets.has(record.destination) && batches.waiting === 0 && batches.active < policy.maxActiveFtsJobs;

function markSubmitted(state: TaskState, batch: number): void {
  for (const entry of state.ledger.byBatch.get(batch) ?? [])
    if (['NEW', 'RETRY', 'HELD'].includes(entry.transfer)) state.ledger.setTransfer(entry, 'SUBMITTED');
}

/** How many outputs the job of a file has that waits to be published, where all of them are in this batch; null where some are elsewhere, or to come. */
function outputsOfBatch(ledger: Ledger, key: string, batch: number): number | null {
  if (ledger.byKey.get(key)?.publication !== 'NEW') return null;
  const outputs = outputsOfWholeJob(ledger, key)?.filter(gates);
  return outputs?.every((output) => output.batch === batch) ? outputs.length : null;
}
