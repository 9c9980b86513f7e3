import type { FollowRequest, FollowResult } from '../activities/follow.types.ts';
import type { FtsJobRef } from '../activities/fts.types.ts';
import type { BatchFile } from '../domain/batch/batch-file.ts';
import { applyCancelResults } from '../domain/batch/fts-results.ts';
import { followActivities, ftsActivities } from './activities.ts';
import type { AttemptContext } from './transfer-attempts.ts';
import { unless } from './unless.ts';

/** What to ask of an FTS job whose last change was `since` (epoch milliseconds). */
export function followRequest({ state }: AttemptContext, job: FtsJobRef, since: number): FollowRequest {
  const { followFirst, followMax, followGrid, fileTimeout, jobTimeout } = state.policy;
  const stall = since + fileTimeout * 1000;
  const end = state.submittedAt + jobTimeout * 1000;
  return {
    ...job,
    keys: state.list('sent').map(({ key }) => key),
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

/** The next change of an FTS job; null where something else has come up meanwhile. */
export const followUntil = (
  { clock }: AttemptContext,
  request: FollowRequest,
  isStopped: () => boolean,
): Promise<FollowResult | null> =>
  unless(isStopped, () =>
    clock.after(
      followActivities.followFtsJob.executeWithOptions(
        { summary: `${request.keys.length} files in FTS job ${request.jobId}` },
        [request],
      ),
    ),
  );

/** Cancels in FTS, whole where all of the job is to stop, and enters what FTS answers. @param barred see `Cancelled` */
export async function cancel(
  { state, clock, touch }: AttemptContext,
  job: FtsJobRef,
  asked: BatchFile[],
  givenUp: string | null,
  barred = false,
): Promise<void> {
  const whole = asked.length === state.list('sent').length;
  const keys = whole ? 'all' : asked.map(({ key }) => key);
  const results = await clock.after(
    ftsActivities.cancelFtsJob.executeWithOptions(
      { summary: givenUp === null ? `kill of ${asked.length} files` : `given up: ${asked.length} files` },
      [{ ...job, keys }],
    ),
  );
  applyCancelResults(state, { asked, whole, givenUp, barred }, results, clock.now(), Math.random);
  touch();
}
