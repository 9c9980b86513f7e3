import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { FollowRequest, FollowResult, FtsJobRef, SubmitRequest } from '../activities/types.ts';
import type { TransferBatchInput } from '../contract/internal-messages.ts';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import type { BatchState } from '../domain/batch/batch-state.ts';
import { applyCancelResults, applyFtsResults, applyJobGone } from '../domain/batch/fts-results.ts';
import { sha256Hex, uuid5 } from '../domain/digest.ts';
import { destinationArea, ownerOfTask } from '../domain/lfn-areas.ts';
import type { FtsTarget } from '../domain/orders.ts';
import { followActivities, ftsActivities } from './activities.ts';
import { credentialOf } from '../domain/credential.ts';
import type { Clock } from './clock.ts';

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
    const at = state.nextAttemptAt();
    const wake = (): number | null => (state.slot === 'wanted' ? null : state.nextAttemptAt());
    if (at === null || at > clock.now()) {
      if (state.slot === 'active') state.slot = 'idle';
      await clock.until(() => stopping() || state.nextAttemptAt() !== at, wake);
    } else if (state.slot !== 'active' || !state.target) {
      state.slot = 'wanted';
      context.touch();
      await condition(() => stopping() || state.slot === 'active' || state.nextAttemptAt() === null);
    } else {
      await submit(context, state.target);
    }
  }
}

/** One FTS job with everything that is due. Its id and content are in history before the first POST. */
async function submit({ input, state, clock, touch }: AttemptContext, target: FtsTarget): Promise<void> {
  const files = state.beginAttempt(clock.now());
  touch();
  const digest = digestOf(files, state.attempt);
  const sid = `${input.firstRunId}/${input.batch}/${state.attempt}/${digest}`;
  const owner = ownerOfTask(input.task) ?? '';
  const request: SubmitRequest = {
    target,
    credential: credentialOf(input),
    task: input.task,
    sid,
    expectedJobId: uuid5(uuid5(target.baseId, target.vo), sid),
    digest,
    files: files.map(({ key, record }) => ({ key, record })),
    // Over our own earlier copy, or in the owner's own area; never over an unknown file of a group.
    overwrite: files.every((file) => isOurs(file) || destinationArea(file.record.destinationLfn, owner) === 'own'),
    priority: input.policy.ftsPriority,
    maxTimeInQueue: input.policy.ftsMaxTimeInQueue,
  };
  const result = await clock.after(ftsActivities.submitFtsJob(request));
  const now = clock.now();
  if (result.kind === 'submitted') state.submitted(result.jobId, now);
  else if (result.kind === 'held') state.hold(result.reason, now);
  else for (const file of files) state.failed(file, result.reason, 'FAILED', now, Math.random);
  touch();
}

/** What may lie at the destination is an earlier attempt or generation of the file itself. */
const isOurs = ({ foreign, regenerated, ftsJobIds }: BatchFile): boolean =>
  !foreign && (regenerated || ftsJobIds.length > 0);

/** Follows the FTS job until each of its files is final for it, stops those that are to be stopped. */
async function follow(context: AttemptContext): Promise<void> {
  const { input, state, clock, touch, stopping } = context;
  if (!state.target || !state.ftsJobId) return;
  const job: FtsJobRef = { target: state.target, credential: credentialOf(input), jobId: state.ftsJobId };
  let since = clock.now();
  while (state.list('sent').length > 0 && !stopping()) {
    const kills = state.toKill();
    if (kills.length > 0) {
      await cancel(context, job, kills, null);
      continue;
    }
    const result = await whileNobodyStops(context, followRequest(context, job, since));
    if (result === null) continue;
    since = clock.now();
    if (result.kind === 'changed') applyFtsResults(state, result.files, since, Math.random);
    else if (result.kind === 'gone') applyJobGone(state, since);
    else await cancel(context, job, state.list('sent'), result.reason);
    touch();
  }
  if (state.list('sent').length === 0) state.ftsJobId = null;
}

/** The next change of the FTS job; null where somebody wants files stopped meanwhile, or the batch stops. */
async function whileNobodyStops(
  { state, clock, stopping }: AttemptContext,
  request: FollowRequest,
): Promise<FollowResult | null> {
  const scope = new CancellationScope();
  try {
    return await scope.run(() =>
      Promise.race([
        clock.after(followActivities.followFtsJob(request)),
        condition(() => stopping() || state.toKill().length > 0).then(() => null),
      ]),
    );
  } catch (error) {
    if (isCancellation(error)) return null;
    throw error;
  } finally {
    scope.cancel();
  }
}

/** Cancels in FTS, whole where all of the job is to stop, and enters what FTS answers. */
async function cancel(
  context: AttemptContext,
  job: FtsJobRef,
  asked: BatchFile[],
  timedOut: string | null,
): Promise<void> {
  const { state, clock, touch } = context;
  const whole = asked.length === state.list('sent').length;
  const superseded = asked.filter(({ kill }) => kill?.why === 'superseded').map(({ key }) => key);
  const keys = whole ? 'all' : asked.map(({ key }) => key);
  let results = await clock.after(ftsActivities.cancelFtsJob({ ...job, keys, spare: whole ? [] : superseded }));
  // A newer copy must not be sent while this one may still be dying: FTS tells by the finish time when it is over.
  const dying = results.filter(({ state: name, finishedAt }) => name === 'CANCELED' && finishedAt === null);
  if (whole && dying.length > 0 && (timedOut !== null || superseded.length > 0)) {
    const request = followRequest(context, job, clock.now());
    const ended = await clock.after(followActivities.followFtsJob({ ...request, until: 'ended' }));
    if (ended.kind === 'changed') results = ended.files;
  }
  applyCancelResults(state, asked, results, timedOut, clock.now(), Math.random);
  if (!whole) for (const file of asked) if (file.transfer === 'KILLED') watchForArrival(state, file, clock.now());
  touch();
}

/** FTS does not stop the running copy of a single cancelled file: what arrives all the same is removed. */
function watchForArrival(state: BatchState, file: BatchFile, now: number): void {
  state.shadows.push({ file, lookAt: now + state.policy.cancelGrace * 1000, looks: 0 });
}

function followRequest({ state }: AttemptContext, job: FtsJobRef, since: number): FollowRequest {
  const { followFirst, followMax, followGrid, fileTimeout, jobTimeout } = state.policy;
  const stall = since + fileTimeout * 1000;
  const end = state.submittedAt + jobTimeout * 1000;
  const waitedFor = new Set(state.list('sent').map(({ key }) => key));
  const known = [...state.files.values()].filter(
    ({ key, ftsJobIds }) => !waitedFor.has(key) && ftsJobIds.at(-1) === job.jobId,
  );
  return {
    ...job,
    known: known.map(({ key }) => key),
    until: 'change',
    followFirst,
    followMax,
    followGrid,
    giveUpAt: Math.min(stall, end),
    giveUpReason:
      stall < end
        ? `no change in FTS for ${fileTimeout / 60} minutes`
        : `the FTS job took over ${jobTimeout / 60} minutes`,
  };
}

/** Hash of what an attempt sends: the sorted identities of its files. */
const digestOf = (files: BatchFile[], attempt: number): string =>
  sha256Hex(
    JSON.stringify(
      files.map(({ record, retry }) => [record.id, retry, attempt, record.source, record.destination].join(' ')).sort(),
    ),
  );
