import { allHandlersFinished, CancellationScope, condition, setHandler, workflowInfo } from '@temporalio/workflow';
import type { TaskSnapshot } from '../contract/internal-messages.ts';
import type { StartTask, TaskTotals } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import type { SearchValues } from '../contract/search-values.ts';
import { applyBatchReport, applyPublished } from '../domain/ledger/reports.ts';
import { cancelFiles } from '../domain/ledger/selection.ts';
import { countStates } from '../domain/ledger/status.ts';
import { listTask, taskWord } from '../domain/details/listed.ts';
import { TaskState } from '../domain/ledger/task-state.ts';
import { admitBatches } from '../domain/ledger/turns.ts';
import { Clock } from './clock.ts';
import { continueListed, Listing, shownValue } from './listing.ts';
import { prepareTargets, startBatches, startBatchesAgain } from './stage-out-batches.ts';
import { closeChildren, deliverOutbox, flushPublishers, tellCrabOfRest } from './stage-out-delivery.ts';
import { handleMessages } from './stage-out-messages.ts';
import { handleQueries } from './stage-out-queries.ts';
import { openTask } from './stage-out-opening.ts';
import { Resets } from './stage-out-reset.ts';
import { batchReportSignal, publishedSignal } from './signals.ts';

/**
 * Bytes of history after which a run is ended even if the server does not suggest it yet: it suggests so at 4 MiB, which is to hold for
 * every run, the messages included that come while it ends.
 */
const HISTORY_BYTES = 1_500_000;

/**
 * A run that starts with a large ledger does at least so much before the next one. With half of it a task of 100,000 files kept 64 % more bytes
 * per file than one of 10,000, most of them copies of its ledger (`npm run bench:growth -- --sizes 10000,100000`); with twice as much its largest runs
 * had 4.7 MiB of history.
 */
const WORTHWHILE_BYTES = 800_000;

/** What the parts of the workflow share. */
export interface StageOutContext {
  /** What the task was started with. */
  start: StartTask;
  /** The task's books; null until they are open (a task joined again reads its earlier ones first). */
  state: TaskState | null;
  /** Calls `act` with the books, now or when they are open, in the order of arrival. */
  withState: (act: (state: TaskState) => void) => void;
  /** Something happened that there may be something to do about. */
  touch: () => void;
  clock: Clock;
  /** What the task as a whole waits for, by name. */
  waitsFor: Map<string, string>;
  /** How many files each publisher was told to expect at the most. */
  flushed: Map<string, number>;
}

/**
 * One CRAB task: the books of all its files, their batching by link, and the routing between batches, publishers and waiting jobs.
 * Ends when it is closed and every file is final.
 */
export async function stageOut(start: StartTask, snapshot?: TaskSnapshot, ledger?: Uint8Array): Promise<TaskTotals> {
  const { task } = start;
  const inbox: ((state: TaskState) => void)[] = [];
  let changed = true;
  const context: StageOutContext = {
    start,
    state: snapshot && ledger ? TaskState.restore(task, snapshot, ledger) : null,
    withState(act) {
      if (context.state) act(context.state);
      else inbox.push(act);
      changed = true;
    },
    touch: () => void (changed = true),
    clock: new Clock(),
    waitsFor: new Map(),
    flushed: new Map(),
  };
  const resets = new Resets(context, inbox);
  handleMessages(context, resets);
  handleQueries(context, task);
  setHandler(batchReportSignal, (report) => {
    if (report.at !== undefined) context.clock.heard(report.at);
    context.withState((state) => {
      applyBatchReport(state, report, context.clock.now());
      state.noteChanges(context.clock.now());
    });
  });
  setHandler(publishedSignal, (report) => {
    context.clock.heard(report.at);
    context.withState((state) => {
      applyPublished(state, report, context.clock.now());
      state.noteChanges(context.clock.now());
    });
  });
  // Cancelling the workflow kills the task; carrying that out must not be cancelled.
  void CancellationScope.current().cancelRequested.catch(() =>
    context.withState((state) => {
      cancelFiles(state, {}, 'the task was cancelled in Temporal', 'operator');
      state.close();
    }),
  );
  return CancellationScope.nonCancellable(async () => {
    for (;;) {
      await resets.takeUp();
      const isPast = resets.sinceNow();
      const totals = await Promise.race([live(isPast), condition(isPast)]).catch((error: Error) => {
        if (!isPast()) throw error;
      });
      if (totals) return totals;
    }
  });

  /** The task from here to its end, or to where the run is reset: it says nothing more then, and nobody waits for it. */
  async function live(isPast: () => boolean): Promise<TaskTotals> {
    const state = context.state ?? (await openTask(task, context.clock));
    if (isPast()) return forever();
    context.state = state;
    for (const act of inbox.splice(0)) act(state);
    if (state.starting.length > 0) await startBatchesAgain(context, state);
    await work(context, state, isPast);
    return { task, ...countStates(state) };
  }

  /** Carries out what the books ask for until the task is complete; continues as new when the history has grown long. */
  async function work(context: StageOutContext, state: TaskState, isPast: () => boolean): Promise<void> {
    const lifetime = state.openedAt + state.policy.taskLifetime * 1000;
    void context.clock
      .sleepUntil(lifetime, 'end of its lifetime')
      .then(() => context.withState((open) => open.close()));
    const timer = new WindowTimer(context);
    const listing = new Listing(context.clock);
    // A person who closes or pauses the task sees it listed so at once.
    const isNewWord = (): boolean => taskWord(state) !== shownValue(SEARCH_ATTRIBUTES.state);
    const longAt = Math.max(HISTORY_BYTES, workflowInfo().historySize + WORTHWHILE_BYTES);
    for (let pass = resets.happened ? 2 : 1; ; pass += 1) {
      // An update is answered before anything is begun because of it, on replay too: where a worker that knows nothing of the task reads a workflow
      // task that did nothing, the SDK (1.24) hands over what came next with it, and an answer that may come sooner or later is a TMPRL1100.
      if (pass > 1) await condition(allHandlersFinished);
      if (isPast()) return forever();
      changed = false;
      state.noteChanges(context.clock.now());
      // What is sent is not in the books any more, so nothing may be on its way when the run ends.
      await deliverOutbox(context, state);
      if (isPast()) return forever();
      if (isHistoryLong(longAt) && state.outbox.empty) {
        await condition(allHandlersFinished);
        if (state.outbox.empty && !isPast()) await continueListed<typeof stageOut>(start, ...state.snapshot());
      }
      prepareTargets(context, state);
      tellCrabOfRest(context, state);
      const moreToStart = await startBatches(context, state);
      admitBatches(state);
      await flushPublishers(context, state);
      if (isPast()) return forever();
      if (changed || moreToStart || !state.outbox.empty) continue;
      listing.show(() => valuesOfTask(state), isNewWord(), Math.max(context.clock.now(), state.lastChangeAt));
      if (state.complete) {
        await closeChildren(state);
        // Whatever came meanwhile may have opened the task again; what has changed nothing does not keep it from its end, however much of it comes.
        await condition(allHandlersFinished);
        if (isPast()) return forever();
        if (state.complete && state.outbox.empty) return;
        context.flushed.clear();
        continue;
      }
      timer.set(state.window.nextDue(state.policy));
      await condition(() => changed);
    }
  }
}

const forever = (): Promise<never> => new Promise(() => undefined);

function valuesOfTask(state: TaskState): SearchValues {
  const { links, datasets } = state.ledger;
  const source = links.map((link) => link.source);
  return { ...listTask(state), source, destination: links[0]?.destination ?? null, dataset: datasets };
}

function isHistoryLong(bytes: number): boolean {
  const { continueAsNewSuggested, historySize } = workflowInfo();
  return continueAsNewSuggested || historySize > bytes;
}

/** One timer for all of the window: it is never cancelled, and started only when none is running that fires early enough. */
class WindowTimer {
  readonly #context: StageOutContext;
  #due = Infinity;

  constructor(context: StageOutContext) {
    this.#context = context;
  }

  set(due: number | null): void {
    if (due === null || due >= this.#due) return;
    this.#due = due;
    void this.#context.clock.sleepUntil(due, 'next batch leaves').then(() => {
      if (this.#due === due) this.#due = Infinity;
      this.#context.touch();
    });
  }
}
