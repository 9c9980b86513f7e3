import { activityInfo } from '@temporalio/activity';
import { isTerminalInFts } from '../domain/batch/fts-results.ts';
import { nextLook } from '../domain/follow-grid.ts';
import type { FtsFileView, FtsPort } from '../ports/fts.ts';
import { resultOf } from './fts-activities.ts';
import { notYet } from './to-failure.ts';
import type { FollowActivities, FollowRequest, FollowResult } from './types.ts';

/** Activities on the queue of followers. */
export function createFollowActivities({ fts }: { fts: FtsPort }): FollowActivities {
  return {
    async followFtsJob(request) {
      const { attempt } = activityInfo();
      const again = (): Error => notYet(nextLook(Date.now(), attempt, request));
      // Nothing can have changed right after the submission or the last change.
      if (attempt === 1 && request.until === 'change') throw again();
      const view = await fts.look(request.target, request.credential, request.jobId);
      if (!view) return { kind: 'gone' };
      const result = changeIn(view.files, request);
      if (result) return result;
      if (request.until === 'change' && Date.now() > request.giveUpAt)
        return { kind: 'stalled', reason: request.giveUpReason };
      throw again();
    },
  };
}

/** What there is to tell; null for nothing new. */
function changeIn(files: FtsFileView[], { known, until }: FollowRequest): FollowResult | null {
  const skip = new Set(known);
  const open = files.filter(({ key }) => key !== null && !skip.has(key));
  // Cancelled without a finish time, its copy is still being stopped.
  const over = open.filter(
    ({ state, finishedAt }) => isTerminalInFts(state) && (state !== 'CANCELED' || finishedAt !== null),
  );
  if (until === 'ended') {
    // FTS fills the finish time of a copy that it had to stop when it has stopped.
    const ended = open.every(({ state, finishedAt }) => isTerminalInFts(state) && finishedAt !== null);
    return ended ? { kind: 'changed', files: open.flatMap(resultOf) } : null;
  }
  return over.length > 0 ? { kind: 'changed', files: over.flatMap(resultOf) } : null;
}
