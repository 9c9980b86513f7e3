import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import {
  TASK_MESSAGES,
  TASK_QUERIES,
  type AddFiles,
  type AddFilesAnswer,
  type CancelRequest,
  type FilesPage,
  type FilesQuery,
  type LedgerFile,
  type PriorityRequest,
  type PublishRequest,
  type RetryRequest,
  type SelectionAnswer,
  type TaskStatus,
} from '../contract/messages.ts';
import type { JobView } from '../contract/job-status.ts';
import { toBase64 } from '../domain/base64.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';
import { encodeLedger } from '../domain/ledger/codec.ts';
import type { LedgerEntry, LedgerJob } from '../domain/ledger/entry.ts';
import { takeReport } from '../domain/ledger/intake.ts';
import {
  checkAddFiles,
  checkCancel,
  checkPriority,
  checkPublish,
  checkRetry,
} from '../domain/ledger/message-checks.ts';
import { setPriority } from '../domain/ledger/priority.ts';
import { cancelFiles, hurryPublication, requestPublication, retryFiles } from '../domain/ledger/selection.ts';
import { viewEntry, viewJob } from '../domain/ledger/job-view.ts';
import { taskDetails } from '../domain/details/task-details.ts';
import { countTask, pageEntries } from '../domain/ledger/status.ts';
import type { TaskState } from '../domain/ledger/task-state.ts';
import { tellMessage } from './events.ts';
import { showDetails } from './details.ts';
import type { StageOutContext } from './stage-out.ts';

/** What each message does, and how a broken one is recognised. */
interface MessageKind<Request, Answer> {
  name: string;
  /** What is wrong with the message, in words; null for nothing. */
  fault(request: unknown): string | null;
  act(state: TaskState, request: Request, now: number): Answer;
}

const addFiles: MessageKind<AddFiles, AddFilesAnswer> = {
  name: TASK_MESSAGES.addFiles,
  fault: checkAddFiles,
  act(state, { jobs }, now) {
    const answer: AddFilesAnswer = { accepted: 0, known: 0, superseding: 0, rejected: [] };
    for (const job of jobs) {
      const result = takeReport(state, job, now);
      answer.accepted += result.accepted;
      answer.known += result.known;
      answer.superseding += result.superseding;
      answer.rejected.push(...result.rejected);
    }
    return answer;
  },
};

const publish: MessageKind<PublishRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.publish,
  fault: checkPublish,
  act: (state, request) => (request?.now ? hurryPublication(state, request) : requestPublication(state, request ?? {})),
};

const cancel: MessageKind<CancelRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.cancel,
  fault: checkCancel,
  act: (state, request) => cancelFiles(state, request, request.reason, request.by),
};

const retry: MessageKind<RetryRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.retry,
  fault: checkRetry,
  act: (state, request) => retryFiles(state, request ?? {}, request?.what),
};

const close: MessageKind<void, null> = {
  name: TASK_MESSAGES.close,
  fault: () => null,
  act: (state) => (state.close(), null),
};

const pause: MessageKind<void, null> = {
  name: TASK_MESSAGES.pause,
  fault: () => null,
  act: (state) => ((state.paused = true), null),
};

const resume: MessageKind<void, null> = {
  name: TASK_MESSAGES.resume,
  fault: () => null,
  act: (state) => ((state.paused = false), null),
};

const priority: MessageKind<PriorityRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.priority,
  fault: checkPriority,
  act: (state, request) => setPriority(state, request.priority),
};

/** Registers every message as a signal and as an update of the same name; the update answers with what it did. */
export function handleMessages(context: StageOutContext): void {
  const register = <Request, Answer>(kind: MessageKind<Request, Answer>): void => {
    const act = (state: TaskState, request: Request): Answer => {
      const answer = kind.act(state, request, context.clock.now());
      tellMessage(kind.name, request, answer);
      return answer;
    };
    setHandler(defineSignal<[Request]>(kind.name), (request) =>
      context.withState((state) => {
        const fault = kind.fault(request);
        if (fault === null) act(state, request);
        else noteMalformed(state, `${kind.name}: ${fault}`);
      }),
    );
    setHandler(
      defineUpdate<Answer, [Request]>(kind.name),
      async (request) => {
        await condition(() => context.state !== null);
        const answer = act(context.state as TaskState, request);
        context.touch();
        return answer;
      },
      {
        validator(request) {
          const fault = kind.fault(request);
          if (fault !== null) throw ApplicationFailure.nonRetryable(`${kind.name}: ${fault}`, 'BadMessage');
        },
      },
    );
  };
  register(addFiles);
  register(publish);
  register(cancel);
  register(retry);
  register(close);
  register(pause);
  register(resume);
  register(priority);
}

/** Registers the queries. */
export function handleQueries(context: StageOutContext, task: string): void {
  setHandler(defineQuery<TaskStatus>(TASK_QUERIES.status), () => statusOf(context, task));
  showDetails(() => taskDetails(statusOf(context, task)));
  setHandler(defineQuery<FilesPage, [FilesQuery?]>(TASK_QUERIES.files), (query = {}) => {
    if (!context.state) return { files: [], next: null };
    const { state, publication, keys, after = 0, limit = 1000 } = query;
    const matches = (entry: LedgerEntry): boolean =>
      (!keys || keys.includes(entry.key)) &&
      (!state || entry.transfer === state) &&
      (!publication || entry.publication === publication);
    const page = pageEntries(context.state, matches, after, Math.min(limit, 1000));
    return { files: page.entries.map(({ entry, job }) => ledgerFile(entry, job)), next: page.next };
  });
  setHandler(defineQuery<JobView | null, [string]>(TASK_QUERIES.job), (jobId) => {
    const { state } = context;
    if (!state) throw new Error('its earlier books are being read: ask again');
    const job = state.ledger.jobs.get(jobId);
    if (!job) return null;
    const files = job.entries.map((entry) => ({ ...ledgerFile(entry, job), ...viewEntry(state, job, entry) }));
    return { ...viewJob(job), waitsFor: waitsOf(context), files };
  });
  // For a task joined again: the books as they are, base64.
  setHandler(defineQuery<{ ledger: string; batches: number } | null>(TASK_QUERIES.ledger), () =>
    context.state
      ? { ledger: toBase64(encodeLedger(context.state.ledger)), batches: context.state.batches.started }
      : null,
  );
}

function statusOf(context: StageOutContext, task: string): TaskStatus {
  const { state } = context;
  const empty = { started: 0, open: 0, active: 0, waiting: 0, inWindow: 0 };
  const noJobs = { jobs: 0, files: 0, examples: [] };
  const user = ownerOfTask(task) ?? '';
  if (!state) {
    return {
      ...{ task, user, closed: false, paused: false, priority: null, complete: false, openedAt: 0, lastChangeAt: 0 },
      ...{ files: 0, jobs: { total: 0, complete: 0 } },
      ...{
        transfer: {},
        publication: {},
        links: [],
        datasets: [],
        failures: [],
        rejections: [],
        held: [],
        batches: empty,
      },
      ...{ unreported: noJobs, heldBack: noJobs },
      waitsFor: waitsOf(context),
    };
  }
  const { closed, paused, priority, complete, batches, window } = state;
  const { started, open, active, waiting } = batches;
  return {
    ...{ task, user, closed, paused, priority, complete },
    ...countTask(state),
    batches: { started, open, active, waiting, inWindow: window.size },
    waitsFor: waitsOf(context),
  };
}

/** What a task as a whole waits for, in words. */
function waitsOf({ state, waitsFor }: StageOutContext): string[] {
  if (!state) return ['its earlier books to be read'];
  if (state.complete) return [];
  return [...waitsFor.values(), ...(state.paused ? ['resume: the task is paused'] : [])];
}

const ledgerFile = (entry: LedgerEntry, job: LedgerJob): LedgerFile => ({
  key: entry.key,
  jobId: job.id,
  retry: entry.retry,
  batch: entry.batch || null,
  transfer: entry.transfer,
  publication: entry.publication,
  failure: entry.failure,
  ...(entry.rule ? { rule: entry.rule } : {}),
});

/** A signal cannot be refused: what is wrong with it is counted, with a few examples, and shown in the status. */
function noteMalformed(state: TaskState, fault: string): void {
  state.malformed.count += 1;
  if (state.malformed.examples.length < 5) state.malformed.examples.push(fault.slice(0, 200));
}
