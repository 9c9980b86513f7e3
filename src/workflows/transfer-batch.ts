import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { BATCH_QUERIES, type KeptFiles, type StagedFile } from '../contract/messages.ts';
import type { TransferBatchInput } from '../contract/internal-messages.ts';
import { stageOutId } from '../contract/ids.ts';
import { applyOrder, outliveTask } from '../domain/batch/batch-orders.ts';
import type { BatchSnapshot } from '../domain/batch/batch-snapshot.ts';
import { BatchState } from '../domain/batch/batch-state.ts';
import { hasNewsForCrab } from '../domain/batch/bookkeeping.ts';
import { isBatchOver, succeeded, takeOutcomes, takeReport } from '../domain/batch/reporting.ts';
import { keptSource } from '../domain/batch/kept-source.ts';
import { stagesOf } from '../domain/batch/stage-views.ts';
import { describeFile } from '../domain/batch/views.ts';
import { vomsOf } from '../domain/credential.ts';
import { batchDetails } from '../domain/details/batch-details.ts';
import { isTransferred, listBatch } from '../domain/details/listed.ts';
import { runBookkeeping } from './batch-bookkeeping.ts';
import { runHandOvers } from './batch-publication.ts';
import { runDeadlines } from './batch-deadlines.ts';
import { runPriorities } from './batch-priority.ts';
import { runLooks } from './batch-looks.ts';
import { runShadows } from './batch-shadows.ts';
import { tellWaitingJobs } from './batch-outcomes.ts';
import { wasReset } from './batch-reset.ts';
import { runAttempts, type AttemptContext } from './transfer-attempts.ts';
import { Clock } from './clock.ts';
import { tellFileEvents } from './events.ts';
import { showDetails } from './details.ts';
import { continueListed, Listing } from './listing.ts';
import { batchOrderSignal, batchReportSignal, tell } from './signals.ts';

const keptFilesQuery = defineQuery<KeptFiles>(BATCH_QUERIES.kept);
const batchFilesQuery = defineQuery<StagedFile[], [{ keys?: string[] }?]>(BATCH_QUERIES.files);

/**
 * Owns at most 100 files until transfer and publication of each are final: sends them to FTS attempt by attempt, follows each file, looks at
 * what arrived, removes sources, hands files to the publisher. Its task is told of every change by signal, since a later run of the task would
 * never see a child's result.
 */
export async function transferBatch(input: TransferBatchInput, resumed?: BatchSnapshot): Promise<void> {
  const clock = new Clock();
  const state = resumed
    ? BatchState.restore(resumed, input.policy)
    : new BatchState(input.files, input.policy, clock.now());
  if (!resumed) state.priority = input.priority ?? null;
  if (!resumed && input.target) applyOrder(state, { kind: 'admit', target: input.target }, clock.now());

  let changed = true;
  let continuing = false;
  const isOver = (): boolean => isBatchOver(state) && !hasNewsForCrab(state);
  const context: AttemptContext = {
    input,
    state,
    clock,
    touch: () => void (changed = true),
    stopping: () => continuing || isOver(),
  };
  setHandler(batchOrderSignal, (orders) => {
    for (const order of orders) applyOrder(state, order, clock.now());
    changed = true;
  });
  setHandler(batchFilesQuery, ({ keys } = {}) =>
    [...state.files.values()]
      .filter(({ key }) => !keys || keys.includes(key))
      .map((file) => ({ ...describeFile(file), stages: stagesOf(state, file, clock.now()) })),
  );
  showDetails(() => batchDetails(state));
  setHandler(keptFilesQuery, () => {
    const files = [...state.files.values()].filter((file) => keptSource(file) !== null);
    return { ...vomsOf(input), files: files.map(describeFile) };
  });
  // An operator's cancel of the batch kills its files; the work of doing so must not be cancelled.
  void CancellationScope.current().cancelRequested.catch(() => {
    const everything = { kind: 'cancel', keys: 'all', reason: 'batch cancelled in Temporal', by: 'operator' } as const;
    applyOrder(state, everything, clock.now());
    changed = true;
  });

  const listing = new Listing(clock);
  let toldEnd = false;
  let toldSlot: BatchSnapshot['slot'] = resumed ? resumed.slot : input.target ? 'active' : 'wanted';
  await CancellationScope.nonCancellable(async () => {
    // Whatever came while the last activities ended is told and done before anything ends.
    for (changed = true; changed;) {
      continuing = false;
      const loops = [runAttempts, runShadows, runLooks, runHandOvers, runDeadlines, runBookkeeping, runPriorities];
      const work = loops.map((loop) => loop(context));
      await runReports();
      await Promise.all(work);
      await condition(allHandlersFinished);
      tellFileEvents(state);
    }
    if (continuing)
      await continueListed<typeof transferBatch>({ ...input, files: [], wasReset: wasReset(input) }, state.snapshot());
  });

  /** Tells the task what it has not been told yet. */
  async function tellTask(): Promise<void> {
    const report = takeReport(state, input.batch, toldSlot);
    if (!report) return;
    // After its end it may still have a last word for CRAB, which is no news to the task.
    const isNews = !state.finished && !toldEnd;
    toldSlot = report.slot;
    toldEnd = report.ended;
    if (!isNews) return;
    const taken = await tell(stageOutId(input.task), batchReportSignal, { ...report, at: clock.now() });
    if (taken) return;
    outliveTask(state);
    changed = true;
  }

  /** Tells the task and waiting jobs of every change, until everything has been told and done. */
  async function runReports(): Promise<void> {
    for (;;) {
      changed = false;
      tellFileEvents(state);
      // What has been told is over: the report says so of the batch as a whole.
      const outcomes = takeOutcomes(state);
      const toldTask = tellTask();
      // Whoever waits may have a failed file tried again the moment that it hears of it: the task is to know before.
      if (!outcomes.every(succeeded)) await toldTask;
      await Promise.all([toldTask, tellWaitingJobs(input.task, outcomes)]);
      // Whatever came while the signal was on its way is looked at before anything ends.
      if (changed) continue;
      // Most batches are listed anew but once, when their transfers are final.
      listing.show(() => ({ ...listBatch(state), ftsServer: state.target?.server ?? null }), isTransferred(state));
      if (isOver()) return;
      if (workflowInfo().continueAsNewSuggested) {
        continuing = true;
        return;
      }
      await condition(() => changed);
    }
  }
}
