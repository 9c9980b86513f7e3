import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES, type FailureDetails, type FailureType } from '../contract/failure-types.ts';
import { signalWithin } from './deadlines.ts';

/** An activity of a workflow that fails, is tried again and again, and says why. */
export interface FailingCall {
  /** What it fails with, e.g. `CredentialUnavailable`. */
  type: FailureType;
  /** What it said last. */
  reason: string;
  /** Since when, where whoever failed knows it. */
  since: Date | null;
  /** Tries so far, the one under way included. */
  tries: number;
  /** When it is tried next, epoch milliseconds; null while a try is under way. */
  nextTry: number | null;
}

const TYPES: ReadonlySet<string> = new Set(
  Object.values(FAILURE_TYPES).filter((type) => type !== FAILURE_TYPES.nothingNew),
);

/** The activities of a workflow that fail just now. Asks Temporal itself, no worker is needed. Throws what Temporal's client throws. */
export async function failingCalls(client: Client, workflowId: string): Promise<FailingCall[]> {
  const { raw } = await signalWithin(client, () => client.workflow.getHandle(workflowId).describe());
  const calls = await Promise.all(
    (raw.pendingActivities ?? []).map(async ({ lastFailure, attempt, scheduledTime }): Promise<FailingCall | null> => {
      const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, lastFailure);
      if (!(error instanceof ApplicationFailure) || !TYPES.has(error.type ?? '')) return null;
      const [details] = (error.details ?? []) as [FailureDetails?];
      return {
        ...{ type: error.type as FailureType, reason: error.message },
        since: details?.since === undefined ? null : new Date(details.since),
        tries: attempt ?? 1,
        // Temporal says so only while it waits.
        nextTry: scheduledTime?.seconds ? Number(scheduledTime.seconds) * 1000 : null,
      };
    }),
  );
  return calls.filter((call) => call !== null);
}
