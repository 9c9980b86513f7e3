import { activityInfo } from '@temporalio/activity';
import { fateOf } from '../domain/batch/copy-fate.ts';
import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import { lookShareMs, nextLook } from '../domain/follow-grid.ts';
import { outcomeOf } from '../domain/operations/copy-outcomes.ts';
import { recallOf } from '../domain/operations/hold.ts';
import { priorityOf } from '../domain/operations/rules.ts';
import { PortError } from '../ports/errors.ts';
import type { FtsJobView, FtsPort } from '../ports/fts.ts';
import type { OperatorRulesPort } from '../ports/operator-rules.ts';
import { FirstPauses, isHeld } from './first-pauses.ts';
import { isFirstTry } from './first-try.ts';
import { resultsOf } from './fts-activities.ts';
import { notYet } from './to-failure.ts';
import type { FollowActivities, FollowRequest } from './follow.types.ts';

export interface FollowDependencies {
  fts: FtsPort;
  rules: OperatorRulesPort;
  /** Followers that may hold their first pause at a time. */
  heldFollowers: number;
}

/** Activities on the queue of followers. */
export function createFollowActivities({ fts, rules, heldFollowers }: FollowDependencies): FollowActivities {
  const pauses = new FirstPauses(heldFollowers);
  return {
    async followFtsJob(request) {
      const { attempt } = activityInfo();
      // Nothing can have changed right after the submission or the last change. Whoever resets the activity wants a look now.
      if (isFirstTry()) await pauses.pause(nextLook(Date.now(), attempt, request), request);
      // Where first pauses are held, the first attempt is a look, too; one that could not be held leaves out the next pause's length.
      const looks = isHeld(request) ? attempt + 1 : attempt;
      const again = (): Error => notYet(nextLook(Date.now(), looks, request));
      const view = await fts.look(request.target, request.credential, request.jobId, lookShareMs(request));
      // What lies under the id of a job that FTS lost is none of ours.
      if (view?.digest !== request.digest) return { kind: 'gone' };
      const files = resultsOf(view).filter((row) => request.keys.includes(row.key) && isOver(row));
      if (files.length > 0) {
        count(request, files);
        return { kind: 'changed', files };
      }
      const recall = request.errand ? recallOf(await rules.rules(), request.errand, Date.now()) : null;
      if (recall !== null) return { kind: 'recalled', reason: recall };
      await prioritise(request, view);
      if (Date.now() > request.giveUpAt) return { kind: 'stalled', reason: request.giveUpReason };
      throw again();
    },

    async awaitPermission({ who, reason, ...errand }) {
      // It was held just now, perhaps by a worker that knows newer rules: permitted at once by this one, it would go to and fro between them.
      if (isFirstTry()) throw notYet(rules.nextAskMs());
      const hold = await rules.holdOf(errand, who);
      if (!hold) return { held: null };
      if (hold.reason !== reason) return { held: hold.reason };
      throw notYet(rules.nextAskMs());
    },
  };

  /** Tells FTS of the priority that operators have given the owner of a job. Where that fails, the next look tries again. */
  async function prioritise(
    { target, credential, jobId, taskPriority }: FollowRequest,
    view: FtsJobView,
  ): Promise<void> {
    const priority = priorityOf(await rules.rules(), credential.user);
    if (taskPriority !== undefined || priority === null || [null, priority].includes(view.priority)) return;
    await fts.setPriority(target, credential, jobId, priority).catch((error: unknown) => {
      if (!(error instanceof PortError)) throw error;
    });
  }

  /** Tells the breakers how copies ended. Told twice where the worker dies right then: they go by many. */
  function count({ errand }: FollowRequest, files: FtsFileResult[]): void {
    const { task, source, destination } = errand ?? {};
    if (task === undefined || source === undefined || destination === undefined) return;
    for (const { state, reason } of files)
      rules.saw({ task, source, destination, ...outcomeOf(state, reason), copies: 1 });
  }
}

/** Nothing more is to be learnt of the file: it is terminal, and its copy, if FTS has to stop it, has stopped. */
function isOver(row: FtsFileResult): boolean {
  const fate = fateOf(row);
  return fate !== 'open' && fate !== 'dying';
}
