import { condition } from '@temporalio/workflow';
import type { FtsJobRef, SubmitRequest, SubmitResult } from '../activities/fts.types.ts';
import type { TransferBatchInput } from '../contract/internal-messages.ts';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import type { BatchState } from '../domain/batch/batch-state.ts';
import { applyFtsResults, applyJobGone } from '../domain/batch/fts-results.ts';
import { priorityFor } from '../domain/batch/job-priority.ts';
import { barAll, hold, waitElsewhere } from '../domain/batch/holding.ts';
import { sha256Hex, uuid5 } from '../domain/digest.ts';
import { ATTEMPT_TIMEOUT_REASON } from '../domain/failure-classes.ts';
import { destinationArea, ownerOfTask } from '../domain/lfn-areas.ts';
import type { FtsTarget } from '../domain/orders.ts';
import { ftsActivities } from './activities.ts';
import { cancel, followRequest, followUntil } from './batch-following.ts';
import { credentialOf } from '../domain/credential.ts';
import { errandOf, waitForPermission } from './batch-permission.ts';
import { admitItself, wasReset } from './batch-reset.ts';
import type { Clock } from './clock.ts';
import { unless } from './unless.ts';

/** What the attempts share with the rest of the batch. */
export interface AttemptContext {
  input: TransferBatchInput;
  state: BatchState;
  clock: Clock;
  /** Something changed that others may have to tell or do. */
  touch: () => void;
  /** The batch ends or continues as new: begin nothing more. */
  stopping: () => boolean;
}

/** Sends what is due, attempt by attempt, each a new FTS job, until the batch stops. */
export async function runAttempts(context: AttemptContext): Promise<void> {
  const { state, clock, stopping } = context;
  while (!stopping()) {
    if (state.list('sent').length > 0) {
      await follow(context);
      continue;
    }
    if (state.bar !== null && state.list('waiting').length > 0) {
      await waitForPermission(context, state.bar);
      continue;
    }
    // Nobody has asked after it since: what is tried again later asks anew.
    state.bar = null;
    const at = state.nextAttemptAt();
    const wake = (): number | null => (state.slot === 'wanted' ? null : state.nextAttemptAt());
    if (at === null || at > clock.now()) {
      if (state.slot === 'active') state.slot = 'idle';
      await clock.until(() => stopping() || state.nextAttemptAt() !== at, wake, 'next attempt');
    } else if (state.slot !== 'active' || !state.target) {
      state.slot = 'wanted';
      context.touch();
      const isSettled = (): boolean => stopping() || state.slot === 'active' || state.nextAttemptAt() === null;
      await condition(() => isSettled() || state.finished);
      if (!isSettled()) await admitItself(context);
    } else {
      await submit(context, state.target);
    }
  }
}

/** One FTS job with everything that is due. Its id and content are in history before the first POST. */
async function submit(context: AttemptContext, target: FtsTarget): Promise<void> {
  const { input, state, clock, touch } = context;
  const files = state.beginAttempt(clock.now());
  touch();
  const digest = digestOf(files, state.attempt);
  const sid = `${input.firstRunId}/${input.batch}/${state.attempt}/${digest}`;
  const owner = ownerOfTask(input.task) ?? '';
  const request: SubmitRequest = {
    target,
    credential: credentialOf(input),
    task: input.task,
    batch: input.batch,
    sid,
    expectedJobId: uuid5(uuid5(target.baseId, target.vo), sid),
    digest,
    files: files.map(({ key, record }) => ({ key, record })),
    // Over our own earlier copy, or in the owner's own area; never over an unknown file of a group.
    overwrite: files.every((file) => isOurs(file) || destinationArea(file.record.destinationLfn, owner) === 'own'),
    priority: priorityFor(input.policy, files.length),
    ...(state.priority !== null && { taskPriority: state.priority }),
    maxTimeInQueue: input.policy.ftsMaxTimeInQueue,
    ...(state.moves > 0 && { moved: true }),
    sure: !wasReset(input),
  };
  const result = await clock.after(
    ftsActivities.submitFtsJob.executeWithOptions({ summary: `attempt ${state.attempt}: ${files.length} files` }, [
      request,
    ]),
  );
  const now = clock.now();
  if (result.kind === 'submitted') state.submitted(result.jobId, digest, now);
  else if (result.kind === 'held' && result.barred) barAll(state, result.reason, now);
  else if (result.kind === 'held') hold(state, result.reason, now);
  else if (result.kind === 'astray') await callBack(context, request, result);
  else if (result.kind === 'elsewhere') await goElsewhere(context, files, result);
  else for (const file of files) state.failed(file, result.reason, 'FAILED', now, Math.random);
  touch();
}

/**
 * FTS took the job under an id that it made of another VO than we were told: the first one of the credential has changed. Nobody would
 * follow it there, so that it is cancelled, and the next attempt is for whom FTS takes us now.
 */
async function callBack(
  context: AttemptContext,
  { target, credential, digest, files }: SubmitRequest,
  { jobId, reason }: Extract<SubmitResult, { kind: 'astray' }>,
): Promise<void> {
  const { state, clock } = context;
  // An attempt like any other: what it may have written at a destination is ours.
  state.submitted(jobId, digest, clock.now());
  await cancel(context, { target, credential, jobId, digest }, state.list('sent'), reason);
  state.ftsJobId = null;
  const destination = files[0]?.record.destination ?? '';
  state.retarget(await clock.after(ftsActivities.prepareFts({ destination, credential })));
}

/**
 * Asks for another server: for files that have certainly not been sent to this one. The attempt's number is spent, so that its sid is never
 * used again, anywhere.
 */
async function goElsewhere(
  context: AttemptContext,
  files: BatchFile[],
  { reason, lasting }: Extract<SubmitResult, { kind: 'elsewhere' }>,
): Promise<void> {
  const { input, state, clock, touch, stopping } = context;
  waitElsewhere(state, reason, clock.now());
  touch();
  const request = {
    destination: files[0]?.record.destination ?? '',
    credential: credentialOf(input),
    ...(state.target && { avoid: state.target.server }),
  };
  const target = await unless(stopping, () => clock.after(ftsActivities.prepareFts(request)));
  if (target && lasting) state.retarget(target);
  else if (target) state.target = target;
}

/** What may lie at the destination is an earlier attempt or generation of the file itself. */
const isOurs = ({ foreign, regenerated, ftsJobIds }: BatchFile): boolean =>
  !foreign && (regenerated || ftsJobIds.length > 0);

/** Follows the FTS job until each of its files is final for it, stops those that are to be stopped. */
async function follow(context: AttemptContext): Promise<void> {
  const { input, state, clock, touch, stopping } = context;
  if (!state.target || !state.ftsJobId) return;
  const job: FtsJobRef = {
    target: state.target,
    credential: credentialOf(input),
    jobId: state.ftsJobId,
    digest: state.ftsDigest,
  };
  let since = clock.now();
  while (state.list('sent').length > 0 && !stopping()) {
    const kills = state.toKill();
    if (kills.length > 0) {
      await cancel(context, job, kills, null);
      continue;
    }
    const { priority } = state;
    // Who follows has to know of another priority: that of the owner does not count any more.
    const isStopped = (): boolean => stopping() || state.toKill().length > 0 || state.priority !== priority;
    const request = {
      ...{ ...followRequest(context, job, since), errand: errandOf(context) },
      ...(priority !== null && { taskPriority: priority }),
    };
    const result = await followUntil(context, request, isStopped);
    if (result === null) continue;
    since = clock.now();
    if (result.kind === 'changed') applyFtsResults(state, result.files, since, Math.random);
    else if (result.kind === 'gone') applyJobGone(state, since);
    else if (result.kind === 'recalled') await recall(context, job, result.reason);
    else await cancel(context, job, state.list('sent'), `${ATTEMPT_TIMEOUT_REASON}: ${result.reason}`);
    touch();
  }
  if (state.list('sent').length === 0) state.ftsJobId = null;
}

/** Calls the job back for an operator who has closed its site: what has not arrived waits, and is sent again when the site is open. */
async function recall(context: AttemptContext, job: FtsJobRef, reason: string): Promise<void> {
  await cancel(context, job, context.state.list('sent'), reason, true);
  barAll(context.state, reason, context.clock.now());
}

/** Hash of what an attempt sends: the sorted identities of its files. */
const digestOf = (files: BatchFile[], attempt: number): string =>
  sha256Hex(
    JSON.stringify(
      files.map(({ record, retry }) => [record.id, retry, attempt, record.source, record.destination].join(' ')).sort(),
    ),
  );
