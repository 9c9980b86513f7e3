import { condition } from '@temporalio/workflow';
import type { FtsJobRef } from '../activities/fts.types.ts';
import { applyShadowRows, followedShadows, shadowsStopped, type FollowedShadows } from '../domain/batch/shadows.ts';
import { credentialOf } from '../domain/credential.ts';
import { ftsActivities } from './activities.ts';
import { followRequest, followUntil } from './batch-following.ts';
import type { AttemptContext } from './transfer-attempts.ts';

/**
 * Watches over copies that nobody waits for any more, until FTS says that they have ended: before that their files are neither sent again
 * nor let go of. Where nothing else of an FTS job is wanted, it is cancelled as a whole, which stops them.
 */
export async function runShadows(context: AttemptContext): Promise<void> {
  const { input, state, clock, touch, stopping } = context;
  for (;;) {
    await condition(() => stopping() || followedShadows(state) !== null);
    const followed = followedShadows(state);
    if (stopping() || !followed) return;
    const { target, jobId, digest } = followed;
    const job: FtsJobRef = { target, jobId, digest, credential: credentialOf(input) };
    if (followed.stoppable) {
      const rows = await clock.after(ftsActivities.cancelFtsJob({ ...job, keys: 'all' }));
      shadowsStopped(state, jobId);
      applyShadowRows(state, followed, rows, clock.now());
    } else {
      const before = nameOf(followed);
      const isChanged = (): boolean => stopping() || nameOf(followedShadows(state)) !== before;
      // Longer than any copy takes: a row that stands still for so long tells nothing any more.
      const giveUpAt = clock.now() + state.policy.jobTimeout * 1000;
      const request = { ...followRequest(context, job, clock.now()), keys: followed.keys, giveUpAt };
      const result = await followUntil(context, request, isChanged);
      if (result) applyShadowRows(state, followed, result.kind === 'changed' ? result.files : 'gone', clock.now());
    }
    touch();
  }
}

const nameOf = (followed: FollowedShadows | null): string => JSON.stringify(followed);
