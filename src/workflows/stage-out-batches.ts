import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { transferBatchId } from '../contract/ids.ts';
import type { StartTask } from '../contract/messages.ts';
import { searchPairs } from '../contract/search-values.ts';
import { summaryText } from '../contract/summary-text.ts';
import type { TaskState } from '../domain/ledger/task-state.ts';
import { beginBatches, type StartedBatch } from '../domain/ledger/turns.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { ftsActivities } from './activities.ts';
import { credentialOf, vomsOf } from '../domain/credential.ts';
import type { StageOutContext } from './stage-out.ts';
import type { transferBatch } from './transfer-batch.ts';

/** Batches started before the length of the history is looked at again; each is some 25 KiB of it. */
const STARTED_AT_ONCE = 8;

/** Starts batches for what is full or due in the window; answers whether more are. */
export async function startBatches({ start, clock }: StageOutContext, state: TaskState): Promise<boolean> {
  const batches = beginBatches(state, clock.now(), STARTED_AT_ONCE);
  state.starting = batches;
  await Promise.all(batches.map((batch) => startBatch(start, state, batch)));
  state.starting = [];
  return batches.length === STARTED_AT_ONCE;
}

/** Starts batches that the run before a reset was about to start, or had just started. */
export async function startBatchesAgain({ start }: StageOutContext, state: TaskState): Promise<void> {
  const startUnlessStarted = (batch: StartedBatch): Promise<void> =>
    startBatch(start, state, batch, true).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
  await Promise.all(state.starting.map(startUnlessStarted));
  state.starting = [];
}

async function startBatch(
  start: StartTask,
  state: TaskState,
  { batch, source, destination, files, target, publishing }: StartedBatch,
  wasReset = false,
): Promise<void> {
  const { task, firstRunId, policy, priority } = state;
  await startChild<typeof transferBatch>('transferBatch', {
    workflowId: transferBatchId(task, batch),
    args: [
      {
        ...{ task, ...vomsOf(start), batch, firstRunId, policy, files, target },
        ...(publishing && { publishing }),
        ...(priority !== null && { priority }),
        ...(wasReset && { wasReset }),
      },
    ],
    // With the default, children are terminated when their parent continues as new.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: searchPairs({
      ...{ task, user: ownerOfTask(task) ?? '', source: [source], destination },
      dataset: files.flatMap(({ record }) => record.dataset ?? []),
      ftsServer: target?.server ?? null,
      // As it will be in a moment, so that nothing is to be told of it before it ends.
      state: target ? 'SUBMITTED' : 'WAITING',
      filesTotal: files.length,
    }),
    staticSummary: summaryText(`${files.length} files ${source} → ${destination}`),
  });
}

/** Asks, once per destination, which FTS server to use and who we are there; batches wait inside themselves until it answers. */
export function prepareTargets(context: StageOutContext, state: TaskState): void {
  for (const { destination } of state.ledger.links) {
    const waiting = `fts ${destination}`;
    if (state.targets.has(destination) || context.waitsFor.has(waiting)) continue;
    context.waitsFor.set(waiting, `FTS to answer for ${destination}`);
    const request = { destination, credential: credentialOf(context.start) };
    void context.clock
      .after(ftsActivities.prepareFts.executeWithOptions({ summary: summaryText(`for ${destination}`) }, [request]))
      .then((target) => {
        state.targets.set(destination, target);
        context.waitsFor.delete(waiting);
        context.touch();
      });
  }
}
