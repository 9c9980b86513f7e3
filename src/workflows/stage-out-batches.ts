import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { transferBatchId } from '../contract/ids.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import type { ReadyBatch } from '../domain/ledger/window.ts';
import type { TaskState } from '../domain/ledger/task-state.ts';
import { ftsActivities } from './activities.ts';
import { credentialOf } from './credential.ts';
import type { StageOutContext } from './stage-out.ts';
import type { transferBatch } from './transfer-batch.ts';

/** Batches started before the length of the history is looked at again; each is some 25 KiB of it. */
const STARTED_AT_ONCE = 20;

/** Starts batches for what is full or due in the window; answers whether more are. A batch is immutable from here on. */
export async function startBatches(state: TaskState): Promise<boolean> {
  const ready = state.window.takeReady(Date.now(), state.policy, { all: state.closed, limit: STARTED_AT_ONCE });
  await Promise.all(ready.map((batch) => startBatch(state, batch)));
  return ready.length === STARTED_AT_ONCE;
}

async function startBatch(state: TaskState, { source, destination, files }: ReadyBatch): Promise<void> {
  const { ledger, batches, policy } = state;
  const batch = batches.begin(ledger.linkIndex(source, destination));
  for (const { key } of files) {
    const entry = ledger.byKey.get(key);
    if (entry) ledger.assign(entry, batch);
  }
  const target = state.targets.get(destination);
  const admitted = target && !state.paused && batches.admitNew(batch, policy);
  if (admitted) markSubmitted(state, batch);
  await startChild<typeof transferBatch>('transferBatch', {
    workflowId: transferBatchId(state.task, batch),
    args: [{ task: state.task, batch, firstRunId: state.firstRunId, policy, files, target: admitted ? target : null }],
    // With the default, children are terminated when their parent continues as new.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: [
      { key: SEARCH_ATTRIBUTES.task, value: state.task },
      { key: SEARCH_ATTRIBUTES.user, value: ownerOfTask(state.task) ?? '' },
      { key: SEARCH_ATTRIBUTES.source, value: [source] },
      { key: SEARCH_ATTRIBUTES.destination, value: destination },
    ],
    staticSummary: `${files.length} files ${source} → ${destination}`,
  });
}

/** Lets waiting batches through to FTS while the task has turns left. */
export function admitBatches(state: TaskState): void {
  if (state.paused) return;
  for (const batch of state.batches.admit(state.policy)) {
    const entry = state.ledger.byBatch.get(batch)?.[0];
    const target = entry && state.targets.get(state.ledger.links[entry.link]?.destination ?? '');
    if (!target) {
      state.batches.setSlot(batch, 'wanted');
      continue;
    }
    markSubmitted(state, batch);
    state.outbox.order(batch, { kind: 'admit', target });
  }
}

function markSubmitted(state: TaskState, batch: number): void {
  for (const entry of state.ledger.byBatch.get(batch) ?? [])
    if (['NEW', 'RETRY', 'HELD'].includes(entry.transfer)) state.ledger.setTransfer(entry, 'SUBMITTED');
}

/** Asks, once per destination, which FTS server to use and who we are there; batches wait inside themselves until it answers. */
export function prepareTargets(context: StageOutContext, state: TaskState): void {
  for (const { destination } of state.ledger.links) {
    const waiting = `fts ${destination}`;
    if (state.targets.has(destination) || context.waitsFor.has(waiting)) continue;
    context.waitsFor.set(waiting, `FTS to answer for ${destination}`);
    void ftsActivities.prepareFts({ destination, credential: credentialOf(state.task) }).then((target) => {
      state.targets.set(destination, target);
      context.waitsFor.delete(waiting);
      context.touch();
    });
  }
}
