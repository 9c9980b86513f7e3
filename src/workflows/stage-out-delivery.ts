import { log } from '@temporalio/workflow';
import { publishDatasetId, jobOutputId, transferBatchId } from '../contract/ids.ts';
import { ruleOf } from '../domain/failure-classes.ts';
import { givenUpOnCrab, nextForCrab, toldToCrab, untoldFiles } from '../domain/ledger/bookkeeping.ts';
import { ordersLost } from '../domain/ledger/reports.ts';
import type { TaskState } from '../domain/ledger/task-state.ts';
import { taskActivities } from './activities.ts';
import { vomsOf } from '../domain/credential.ts';
import { tellCrab, tellCrabUnnamed } from './crab-telling.ts';
import type { StageOutContext } from './stage-out.ts';
import { batchOrderSignal, datasetOrderSignal, fileOutcomesSignal, tell } from './signals.ts';

/** Signals sent at a time: well below the server's limit of 2,000 pending ones. */
const SENT_AT_ONCE = 100;

/**
 * Sends what waits in the outbox: one signal per batch, one per waiting job. Only so much at a time that the caller sees in between
 * how long the history has grown.
 */
export async function deliverOutbox({ clock, start }: StageOutContext, state: TaskState): Promise<void> {
  if (state.outbox.empty) return;
  for (const [dataset, files] of state.outbox.takeHurried()) {
    const ofTask = { task: state.task, ...vomsOf(start), policy: state.policy };
    await clock.after(taskActivities.handToPublisher({ ...ofTask, dataset, files: [], now: { files } }));
  }
  const { orders, outcomes } = state.outbox.take(SENT_AT_ONCE);
  await inChunks(orders, async ([batch, list]) => {
    const taken = await tell(transferBatchId(state.task, batch), batchOrderSignal, list);
    if (!taken) ordersLost(state, batch, list, clock.now());
  });
  await inChunks(outcomes, ({ jobId, retry, key, transfer, publication, failure, reason }) =>
    tell(jobOutputId(state.task, jobId, retry), fileOutcomesSignal, [
      {
        key,
        id: '',
        destinationLfn: '',
        transfer,
        publication,
        code: failure ? ruleOf(failure).code : null,
        reasons: reason ? [reason] : [],
        publicationReason: null,
        ftsJobIds: [],
      },
    ]),
  );
  state.outbox.delivered();
}

/**
 * When no more outputs come and all transfers are final, publishers need not wait for blocks to fill: they are told how many files are
 * still to be published.
 */
export async function flushPublishers(context: StageOutContext, state: TaskState): Promise<void> {
  const { ledger, policy, task } = state;
  const ofTask = { task, ...vomsOf(context.start), policy };
  if (!state.closed || ledger.openTransfers > 0 || ledger.openPublications === 0) return;
  const open = new Map<number, number>();
  for (const entry of ledger.entries())
    if (entry.publication === 'ACQUIRED') open.set(entry.dataset, (open.get(entry.dataset) ?? 0) + 1);
  for (const [index, expect] of open) {
    const dataset = ledger.datasets[index];
    // Told once: what is published meanwhile makes fewer, which changes nothing.
    if (!dataset || (context.flushed.get(dataset) ?? 0) >= expect) continue;
    context.flushed.set(dataset, expect);
    await context.clock.after(taskActivities.handToPublisher({ ...ofTask, dataset, files: [], flush: { expect } }));
  }
}

/** Tells CRAB of files that no batch has (rejected, killed before they were sent), one call at a time. Nothing but the end of the task waits for it. */
export function tellCrabOfRest({ clock, waitsFor, touch }: StageOutContext, state: TaskState): void {
  const isTelling = waitsFor.has('crab');
  const files = untoldFiles(state);
  if (files > 0) waitsFor.set('crab', `CRAB to take the states of ${files} files`);
  const news = isTelling ? null : nextForCrab(state);
  if (!news) return;
  const { task, policy } = state;
  const telling =
    news.kind === 'words'
      ? tellCrab(clock, policy, { task, words: news.words }).then(({ givenUp = false }) => givenUp)
      : tellCrabUnnamed(clock, policy, { task, ...news.unnamed });
  void telling.then((givenUp) => {
    if (givenUp) log.warn('files whose end CRAB is never told', { task, files: givenUpOnCrab(state) });
    else toldToCrab(state, news);
    waitsFor.delete('crab');
    touch();
  });
}

/** The task ends: batches that wait for what will not come any more, and publishers, end too. */
export async function closeChildren(state: TaskState): Promise<void> {
  await inChunks(state.batches.numbers(), async (batch) => {
    await tell(transferBatchId(state.task, batch), batchOrderSignal, [{ kind: 'finish' }]);
    state.endBatch(batch);
  });
  await inChunks(state.ledger.datasets, (dataset) =>
    tell(publishDatasetId(state.task, dataset), datasetOrderSignal, { kind: 'finish' }),
  );
}

async function inChunks<T>(items: T[], send: (item: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += SENT_AT_ONCE) await Promise.all(items.slice(i, i + SENT_AT_ONCE).map(send));
}
