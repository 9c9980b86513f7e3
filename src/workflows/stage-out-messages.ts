import { ApplicationFailure, condition, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import {
  TASK_MESSAGES,
  type AddFiles,
  type AddFilesAnswer,
  type CancelRequest,
  type PriorityRequest,
  type PublishRequest,
  type RetryRequest,
  type SelectionAnswer,
} from '../contract/messages.ts';
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
import type { TaskState } from '../domain/ledger/task-state.ts';
import { tellMessage } from './events.ts';
import type { StageOutContext } from './stage-out.ts';
import type { Resets } from './stage-out-reset.ts';

/** What each message does, and how a broken one is recognised. */
interface MessageKind<Request, Answer> {
  name: string;
  /** What is wrong with the message, in words; null for nothing. */
  fault(request: unknown): string | null;
  act(state: TaskState, request: Request, now: number): Answer;
  /** What it answers where it was carried out before a reset of the task; absent where carrying it out again changes nothing. */
  repeated?: Answer;
}

const NOTHING: SelectionAnswer = { files: 0, ignored: [] };

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
  repeated: NOTHING,
};

const cancel: MessageKind<CancelRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.cancel,
  fault: checkCancel,
  act: (state, request) => cancelFiles(state, request, request.reason, request.by),
  repeated: NOTHING,
};

const retry: MessageKind<RetryRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.retry,
  fault: checkRetry,
  act: (state, request) => retryFiles(state, request ?? {}, request?.what),
  repeated: NOTHING,
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
  repeated: null,
};

const resume: MessageKind<void, null> = {
  name: TASK_MESSAGES.resume,
  fault: () => null,
  act: (state) => ((state.paused = false), null),
  repeated: null,
};

const priority: MessageKind<PriorityRequest, SelectionAnswer> = {
  name: TASK_MESSAGES.priority,
  fault: checkPriority,
  act: (state, request) => setPriority(state, request.priority),
  repeated: NOTHING,
};

/** Registers every message as a signal and as an update of the same name; the update answers with what it did. */
export function handleMessages(context: StageOutContext, resets: Resets): void {
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
        const update = resets.numberUpdate();
        await condition(() => context.state !== null);
        if (kind.repeated !== undefined && resets.isRepeated(update)) return kind.repeated;
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

/** A signal cannot be refused: what is wrong with it is counted, with a few examples, and shown in the status. */
function noteMalformed(state: TaskState, fault: string): void {
  state.malformed.count += 1;
  if (state.malformed.examples.length < 5) state.malformed.examples.push(fault.slice(0, 200));
}
