import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { transferBatchId } from '../contract/ids.ts';
import type { PublishDatasetInput } from '../contract/internal-messages.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import type { QueuedFiles } from '../contract/job-status.ts';
import { PUBLISHER_QUERIES, type PublicationPlan } from '../contract/messages.ts';
import { publisherDetails } from '../domain/details/publisher-details.ts';
import { listPublisher } from '../domain/details/listed.ts';
import { blockName } from '../domain/publication/block-name.ts';
import { planPublication } from '../domain/publication/publication-plan.ts';
import { viewQueued } from '../domain/publication/queued-files.ts';
import {
  PublisherState,
  type PublisherAnswer,
  type QueuedFile,
  type SavedPublisher,
} from '../domain/publication/publisher-state.ts';
import { catalogActivities, crabActivities, followActivities, taskActivities } from './activities.ts';
import { Clock } from './clock.ts';
import { tellBlock } from './events.ts';
import { showDetails } from './details.ts';
import { continueListed, Listing, shownValue } from './listing.ts';
import { onReset } from './run-reset.ts';
import { credentialOf } from '../domain/credential.ts';
import { batchOrderSignal, datasetOrderSignal, tell } from './signals.ts';
import { unless } from './unless.ts';

const queuedQuery = defineQuery<QueuedFiles, [{ keys: string[] }]>(PUBLISHER_QUERIES.queued);
const planQuery = defineQuery<PublicationPlan>(PUBLISHER_QUERIES.plan);

/**
 * Publishes the files of one output dataset of a task, block by block. A block's name is made here, so that it is in history before the first
 * POST. Metadata never comes here: the activities read it from CRAB. An outage of DBS or CRAB only makes it wait.
 */
export async function publishDataset(input: PublishDatasetInput, ...resumed: [] | SavedPublisher): Promise<void> {
  const clock = new Clock();
  const state = new PublisherState(input.policy, ...resumed);
  const listing = new Listing(clock);
  onReset(() => (state.isDoubted = true));
  let messages = 0;
  /** Answers about withdrawn files that are still to be sent. */
  const withdrawn: PublisherAnswer[] = [];
  /** Blocks that are sent, or whose files' batches are being told. */
  const sent = new Set<Promise<void>>();
  setHandler(datasetOrderSignal, (order) => {
    messages += 1;
    if (order.kind === 'add') state.add(order.files, clock.now());
    else if (order.kind === 'withdraw') withdrawn.push(...state.withdraw(order.keys));
    else if (order.kind === 'flush') state.expect = order.expect;
    else if (order.kind === 'now') state.hurry(order.files);
    else state.finished = true;
  });
  showDetails(() => publisherDetails(input.dataset, state));
  setHandler(planQuery, () => planPublication(state));
  setHandler(queuedQuery, ({ keys }) => viewQueued(state, keys, clock.now()));

  await CancellationScope.nonCancellable(async () => {
    for (;;) {
      const isFinished = (): boolean => state.finished && state.queue.length === 0 && sent.size === 0;
      const isDue = (): boolean => (state.nextDue(clock.now()) ?? Infinity) <= clock.now();
      const isNeedless = (): boolean => withdrawn.length > 0 || isFinished() || workflowInfo().continueAsNewSuggested;
      if (state.bar !== null) await waitForPermission(input, state, clock, isNeedless);
      await clock.until(
        () =>
          state.bar !== null ||
          isDue() ||
          state.toMeasure(clock.now()).length > 0 ||
          withdrawn.length > 0 ||
          isFinished() ||
          workflowInfo().continueAsNewSuggested,
        () => state.nextDue(clock.now()),
        'next block, or look for metadata',
      );
      if (withdrawn.length > 0) await answer(input.task, withdrawn.splice(0), clock);
      else if (isDue()) await sendNextBlock();
      else if (state.toMeasure(clock.now()).length > 0)
        await measure(input, state, clock, state.toMeasure(clock.now()));
      else if (isFinished()) {
        listing.show(() => listPublisher(state), true);
        return condition(allHandlersFinished);
      }
      if (workflowInfo().continueAsNewSuggested) {
        const seen = messages;
        await Promise.all(sent);
        await condition(allHandlersFinished);
        if (seen === messages && withdrawn.length === 0)
          await continueListed<typeof publishDataset>(input, ...state.snapshot());
      }
    }
  });

  /** Cuts the next block and sends it; others follow while it is on its way. */
  async function sendNextBlock(): Promise<void> {
    const block = await nextBlock(input, state, clock);
    if (block.length === 0) return;
    const sending = publish(input, state, clock, listing, block).finally(() => sent.delete(sending));
    sent.add(sending);
  }
}

/** Asks CRAB for lumis and bytes of files; those that it has no metadata of wait. */
async function measure(
  { task }: PublishDatasetInput,
  state: PublisherState,
  clock: Clock,
  files: QueuedFile[],
): Promise<void> {
  const lfns = files.map(({ lfn }) => lfn);
  const rows = await clock.after(
    crabActivities.measureFiles.executeWithOptions({ summary: `metadata of ${lfns.length} files` }, [{ task, lfns }]),
  );
  const measures = new Map(rows.map((row) => [row.lfn, row]));
  for (const file of files) file.measure = measures.get(file.lfn) ?? null;
  const missing = files.filter(({ measure }) => !measure);
  await answer(task, state.missing(missing, clock.now()), clock);
}

/** The files of the next block, measured; none where there are no metadata of any. */
async function nextBlock(input: PublishDatasetInput, state: PublisherState, clock: Clock): Promise<QueuedFile[]> {
  const candidates = state.candidates(clock.now());
  const unmeasured = candidates.filter(({ measure }) => !measure);
  if (unmeasured.length > 0) await measure(input, state, clock, unmeasured);
  return state.cut(candidates);
}

/** Publishes a block, and tells the batches what became of its files. */
async function publish(
  input: PublishDatasetInput,
  state: PublisherState,
  clock: Clock,
  listing: Listing,
  block: QueuedFile[],
): Promise<void> {
  const { task, dataset } = input;
  state.send(block);
  const request = {
    task,
    credential: credentialOf(input),
    dataset,
    block: blockName(dataset, uuid4(), block),
    originSite: block[0]?.site ?? '',
    files: block.map(({ key, lfn, size, adler32 }) => ({ key, lfn, size, adler32 })),
  };
  const answered = catalogActivities.publishBlock.executeWithOptions(
    { summary: `${block.length} files as one block` },
    [request],
  );
  listing.show(() => listPublisher(state), false);
  const result = await clock.after(answered);
  if (result.held !== undefined) {
    state.bar = result.held;
    return answer(task, state.landed(block, true), clock);
  }
  tellBlock(request, result);
  state.tried(block.length, result.settled.length + result.missing.length);
  const missing = new Set(result.missing);
  const answers = state.missing(
    block.filter(({ key }) => missing.has(key)),
    clock.now(),
  );
  await answer(task, [...answers, ...state.settle(result.settled), ...state.landed(block)], clock);
  // That it waits for DBS is not true any more, and nothing may come for hours.
  const isIdle = state.inFlight.size === 0;
  listing.show(() => listPublisher(state), isIdle && shownValue(SEARCH_ATTRIBUTES.state) === 'SENDING');
}

/** Waits until no operator's rule holds the publication any more, or something else comes up; costs no events. */
async function waitForPermission(
  { task, ...voms }: PublishDatasetInput,
  state: PublisherState,
  clock: Clock,
  isNeedless: () => boolean,
): Promise<void> {
  const request = { task, user: credentialOf({ task, ...voms }).user, who: task, reason: state.bar ?? '' };
  const permission = await unless(isNeedless, () => clock.after(followActivities.awaitPermission(request)));
  if (permission) state.bar = permission.held;
}

/**
 * Tells the batches what became of their files. What is in DBS is told by an activity, which costs as much for all of a block's batches as for one,
 * and may come twice, since it stays so. Other answers may change again: they go by signals, which come once.
 */
async function answer(task: string, answers: PublisherAnswer[], clock: Clock): Promise<void> {
  const published = answers.filter(({ state }) => state === 'DONE').map(({ batch, keys }) => ({ batch, keys }));
  if (published.length > 0) {
    const summary = `${published.length} batches are told`;
    const request = { task, batches: published, at: clock.now() };
    await clock.after(taskActivities.tellPublished.executeWithOptions({ summary }, [request]));
  }
  await Promise.all(
    answers
      .filter(({ state }) => state !== 'DONE')
      .map(({ batch, keys, state, reason }) =>
        tell(transferBatchId(task, batch), batchOrderSignal, [{ kind: 'published', keys, state, reason }]),
      ),
  );
}
