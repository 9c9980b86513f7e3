import { ActivityFailure, isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { StampedActivities } from '../activities/stamped.ts';
import type { CrabActivities, ToldCrabResult } from '../activities/types.ts';
import type { CrabWord } from '../domain/crab-word.ts';
import type { Policy } from '../domain/policy.ts';
import { crabActivityOptions } from './activities.ts';
import type { Clock } from './clock.ts';

/**
 * Tells CRAB what became of files, however long it is away; after `crabTimeout` it is given up, so that no workflow stays open for a CRAB that
 * is gone for good.
 */
export async function tellCrab(
  clock: Clock,
  { crabTimeout }: Policy,
  request: { task: string; words: CrabWord[] },
): Promise<ToldCrabResult> {
  const patient = { ...crabActivityOptions, scheduleToCloseTimeout: crabTimeout * 1000 };
  const activities = proxyActivities<StampedActivities<CrabActivities>>(patient);
  try {
    return await clock.after(activities.tellCrab(request));
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    log.warn('given up telling CRAB', { task: request.task, rows: request.words.length, why: error.cause?.message });
    return { outdated: [] };
  }
}
