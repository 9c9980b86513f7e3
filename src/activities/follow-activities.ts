import { activityInfo } from '@temporalio/activity';
import { fateOf } from '../domain/batch/copy-fate.ts';
import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import { lookShareMs, nextLook } from '../domain/follow-grid.ts';
import type { FtsPort } from '../ports/fts.ts';
import { isFirstTry } from './first-try.ts';
import { resultsOf } from './fts-activities.ts';
import { notYet } from './to-failure.ts';
import type { FollowActivities } from './types.ts';

/** Activities on the queue of followers. */
export function createFollowActivities({ fts }: { fts: FtsPort }): FollowActivities {
  return {
    async followFtsJob(request) {
      const again = (): Error => notYet(nextLook(Date.now(), activityInfo().attempt, request));
      // Nothing can have changed right after the submission or the last change. Whoever resets the activity wants a look now.
      if (isFirstTry()) throw again();
      const view = await fts.look(request.target, request.credential, request.jobId, lookShareMs(request));
      // What lies under the id of a job that FTS lost is none of ours.
      if (view?.digest !== request.digest) return { kind: 'gone' };
      const files = resultsOf(view).filter((row) => request.keys.includes(row.key) && isOver(row));
      if (files.length > 0) return { kind: 'changed', files };
      if (Date.now() > request.giveUpAt) return { kind: 'stalled', reason: request.giveUpReason };
      throw again();
    },
  };
}

/** Nothing more is to be learnt of the file: it is terminal, and its copy, if FTS has to stop it, has stopped. */
function isOver(row: FtsFileResult): boolean {
  const fate = fateOf(row);
  return fate !== 'open' && fate !== 'dying';
}
