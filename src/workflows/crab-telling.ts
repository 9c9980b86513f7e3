import { ActivityFailure, isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Stamped, StampedActivities } from '../activities/stamped.ts';
import type { CrabActivities, TellCrabRequest, ToldCrabResult } from '../activities/crab.types.ts';
import type { RowActivities } from '../activities/row.types.ts';
import type { UnnamedFiles } from '../domain/ledger/bookkeeping.ts';
import type { Policy } from '../domain/policy.ts';
import { crabActivityOptions } from './activities.ts';
import type { Clock } from './clock.ts';

/**
 * Tells CRAB what became of files, however long it is away; after `crabTimeout` it is given up, so that no workflow stays open for a CRAB that
 * is gone for good.
 */
export async function tellCrab(
  clock: Clock,
  policy: Policy,
  request: TellCrabRequest,
): Promise<ToldCrabResult & { givenUp?: boolean }> {
  const rows = request.words.length;
  const told = await unlessGone(clock, policy, { task: request.task, rows }, ({ tellCrab }) => tellCrab(request));
  return told ?? { outdated: [], givenUp: true };
}

/** The same of files whose ids the task has not kept. @returns CRAB is given up */
export async function tellCrabUnnamed(
  clock: Clock,
  policy: Policy,
  request: { task: string } & UnnamedFiles,
): Promise<boolean> {
  const of = { task: request.task, rows: request.files.length };
  const told = await unlessGone(clock, policy, of, async ({ tellCrabUnnamed }) => {
    const { at } = await tellCrabUnnamed(request);
    return { result: true, at };
  });
  return told === null;
}

/** Tells rows again that do not say how their files ended. @returns how many; 0 where CRAB is given up */
export async function mendCrab(clock: Clock, policy: Policy, task: string): Promise<number> {
  return (await unlessGone(clock, policy, { task }, ({ mendRows }) => mendRows({ task }))) ?? 0;
}

/** The result of a call; null where it is given up, which is logged. */
async function unlessGone<T>(
  clock: Clock,
  { crabTimeout }: Policy,
  of: { task: string; rows?: number },
  call: (activities: StampedActivities<CrabActivities & RowActivities>) => Promise<Stamped<T>>,
): Promise<T | null> {
  const patient = { ...crabActivityOptions, scheduleToCloseTimeout: crabTimeout * 1000 };
  try {
    return await clock.after(call(proxyActivities<StampedActivities<CrabActivities & RowActivities>>(patient)));
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    log.warn('given up telling CRAB', { ...of, why: error.cause?.message });
    return null;
  }
}
