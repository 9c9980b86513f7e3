import {
  isGrpcServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  QueryNotRegisteredError,
  QueryRejectedError,
} from '@temporalio/client';
import { NamespaceNotFoundError, WorkflowNotFoundError } from '@temporalio/common';

/** Temporal did not answer, or not as it should. */
export class TemporalUnreachableError extends Error {
  override name = 'TemporalUnreachableError';
}

/** There is no such task. */
export class TaskNotFoundError extends Error {
  override name: string = 'TaskNotFoundError';
}

/** The task has ended: it takes reports of job outputs, and nothing else. */
export class TaskEndedError extends TaskNotFoundError {
  override name = 'TaskEndedError';
}

/** Nothing waits for that job output: it was never reported so, or Temporal has forgotten it. */
export class JobNotFoundError extends Error {
  override name = 'JobNotFoundError';
}

/** The workflow that waited for a job output ended without an outcome: its report was no report, or somebody terminated it. */
export class JobFailedError extends Error {
  override name = 'JobFailedError';
}

/** The task did not answer in time: most likely no worker is running. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';
}

/** The task refuses the message. */
export class RequestRefusedError extends Error {
  override name = 'RequestRefusedError';
}

const NO_WORKER =
  'did not answer in time: is a worker running (aso worker)? Nothing is done twice when this is tried again';

/** What the SDK says in place of a failure's message that is encrypted; of a query nothing more is handed on. */
const ENCRYPTED = 'Encoded failure';
const UNREADABLE =
  "was asked, and its worker could not answer: the worker's log says why. Where a key of payloads is missing, `aso deployment check` says which";

/** gRPC's status codes that matter here. */
const GRPC = {
  invalidArgument: 3,
  deadline: 4,
  notFound: 5,
  denied: 7,
  exhausted: 8,
  precondition: 9,
  unavailable: 14,
  unauthenticated: 16,
};

/** Runs a call about a task and turns what Temporal's client throws into one of the errors above; anything else passes. */
export const explained = <T>(task: string, call: () => Promise<T>): Promise<T> => explainedOf(`task ${task}`, call);

/** As `explained`, about a report, which starts the task where there is none. */
export const explainedStart = <T>(task: string, call: () => Promise<T>): Promise<T> =>
  explainedStartOf(`task ${task}`, call);

/**
 * As `explainedOf`, about a call that starts the workflow where it does not run: what Temporal does not find then, as it may say while its database is
 * away, is Temporal that is not well.
 */
export async function explainedStartOf<T>(who: string, call: () => Promise<T>): Promise<T> {
  try {
    return await explainedOf(who, call);
  } catch (error) {
    if (!(error instanceof TaskNotFoundError) || error instanceof TaskEndedError) throw error;
    const message = `Temporal did not take the message to ${who}; nothing is done twice when this is tried again`;
    throw new TemporalUnreachableError(message, { cause: error.cause });
  }
}

/** As `explained`, about another workflow of ours. @param who its name in what users read */
export async function explainedOf<T>(who: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(error, who);
  }
}

function explain(error: unknown, who: string): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof NamespaceNotFoundError)
    return new TemporalUnreachableError(`Temporal has no namespace ${error.namespace}: aso setup namespace creates it`, { cause: error }); // prettier-ignore
  if (error instanceof WorkflowNotFoundError) return notFound(who, error.message, error);
  if (error instanceof WorkflowUpdateFailedError)
    return new RequestRefusedError(`${who} refuses: ${(cause as Error | undefined)?.message ?? error.message}`, { cause: error }); // prettier-ignore
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return new NoAnswerError(`${who} ${NO_WORKER}`, { cause: error });
  if (error instanceof QueryRejectedError || error instanceof QueryNotRegisteredError)
    return new RequestRefusedError(`${who} ${error.message === ENCRYPTED ? UNREADABLE : `refuses: ${error.message}`}`, { cause: error }); // prettier-ignore
  return explainGrpc(error, who);
}

/** gRPC's error; the client hides some in the cause of its own. */
const grpcError = (error: unknown) =>
  [error, error instanceof Error ? error.cause : undefined].find(isGrpcServiceError);

/** Temporal has more to do, or more long polls, than its limits allow. */
export const isAskedTooMuch = (error: unknown): boolean => Number(grpcError(error)?.code) === GRPC.exhausted;

function explainGrpc(error: unknown, who: string): unknown {
  const grpc = grpcError(error);
  if (!grpc) return error;
  switch (Number(grpc.code)) {
    case GRPC.notFound:
      return notFound(who, grpc.details, error);
    case GRPC.deadline:
      return new NoAnswerError(`${who} ${NO_WORKER}`, { cause: error });
    case GRPC.precondition: // queries of a task that no worker has taken up yet
      return new NoAnswerError(`${who}: ${grpc.details}`, { cause: error });
    case GRPC.invalidArgument:
      return new RequestRefusedError(`${who}: ${grpc.details}`, { cause: error });
    case GRPC.denied:
    case GRPC.unauthenticated:
      return new TemporalUnreachableError(`Temporal does not let us in: ${grpc.details}`, { cause: error });
    case GRPC.exhausted:
      return new TemporalUnreachableError(`Temporal is asked for more than it allows: ${grpc.details}`, {
        cause: error,
      });
    case GRPC.unavailable:
      return new TemporalUnreachableError(`Temporal does not answer: ${grpc.details}`, { cause: error });
    default:
      return error;
  }
}

const notFound = (who: string, details: string, cause: unknown): TaskNotFoundError =>
  /already completed/.test(details)
    ? new TaskEndedError(`${who} has ended`, { cause })
    : new TaskNotFoundError(`there is no ${who}`, { cause });
