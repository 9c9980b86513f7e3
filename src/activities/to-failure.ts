import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { FAILURE_TYPES, type FailureDetails } from '../contract/failure-types.ts';
import { PortError } from '../ports/errors.ts';
import { wrapAll } from './wrap.ts';

/** Pause before something is tried again that waiting alone does not heal: somebody has to mend it first. */
const UNTIL_MENDED_MS = 5 * 60_000;

/** Whoever says "at once" means it hardly, and Temporal's server (1.5.1 of its CLI) never tries again what is to be tried after 0 ms. */
const SHORTEST_MS = 1_000;

/**
 * Turns what a port threw into a Temporal failure. None of them is non-retryable: an activity never ends a workflow, since that would
 * lose the files in it. Anything but a PortError is a defect and passes with its stack, to be retried until it is fixed.
 */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof PortError)) return error;
  const pause = error.retryAfterMs ?? (error.retryable ? undefined : UNTIL_MENDED_MS);
  return ApplicationFailure.create({
    type: error.type,
    message: error.message,
    ...(error.since === undefined ? {} : { details: [{ since: error.since } satisfies FailureDetails] }),
    ...(pause === undefined ? {} : { nextRetryDelay: Math.max(pause, SHORTEST_MS) }),
  });
}

/** Not an error: look again after so many milliseconds. Costs no event and no metric. */
export function notYet(delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.nothingNew,
    message: 'nothing new',
    nextRetryDelay: Math.max(delayMs, 1),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Wraps every function of a group of activities so that what ports throw becomes a Temporal failure, in one place. */
export const mappingErrors = <A extends object>(activities: A): A =>
  wrapAll(activities, async (call) => {
    try {
      return await call();
    } catch (error) {
      throw toFailure(error);
    }
  });
