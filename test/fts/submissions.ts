import type { Client } from '@temporalio/client';
import { resetRun } from '../../src/chaos/reset-run.ts';
import { dataConverter } from '../../src/client/data-converter.ts';
import { transferBatchId } from '../../src/contract/ids.ts';
import type { SubmitRequest } from '../../src/activities/fts.types.ts';
import type { Rig } from '../support/rig.ts';

/** A submission of a batch as its history has it. */
export interface Submission {
  runId: string;
  request: SubmitRequest;
  /** The workflow task that decided on it: history may be reset to before it. */
  decidedBy: number;
}

/** The submissions that a batch of a task (the first one) has decided on so far, oldest first. */
export async function submissionsOf(client: Client, task: string, batch = 1): Promise<Submission[]> {
  const handle = client.workflow.getHandle(transferBatchId(task, batch));
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const submissions: Submission[] = [];
  for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
    if (scheduled?.activityType?.name !== 'submitFtsJob') continue;
    const codecs = dataConverter.payloadCodecs ?? [];
    let payloads = scheduled.input?.payloads ?? [];
    for (const codec of codecs) payloads = await codec.decode(payloads);
    const request = JSON.parse(new TextDecoder().decode(payloads[0]?.data ?? undefined)) as SubmitRequest;
    submissions.push({ runId, request, decidedBy: Number(scheduled.workflowTaskCompletedEventId) });
  }
  return submissions;
}

/**
 * Resets a task's first batch to before the decision on one of its submissions: it decides again, and submits again.
 * @param which index of the submission, from the end where below 0. @default the latest
 */
export async function resetBeforeSubmission({ client }: Rig, task: string, which = -1): Promise<void> {
  const submission = (await submissionsOf(client, task)).at(which);
  if (!submission) throw new Error(`${task} has submitted nothing`);
  await resetRun(client, transferBatchId(task, 1), submission.runId, submission.decidedBy);
}
