import type { Policy } from '../../src/domain/policy.ts';
import type { OperationsState } from '../../src/domain/operations/operations-state.ts';
import { CMS } from '../support/cms-figures.ts';
import { cmsTasks, type CmsTask } from '../support/cms-load.ts';
import type { Findings } from './findings.ts';
import type { FtsOptions } from './fts-rows.ts';
import { played, playTask } from './load.ts';
import { BEGIN, Universe } from './universe.ts';

const HOUR_MS = 3_600_000;

export interface SimulationOptions {
  /** Files of the whole of CMS in a day. @default {@link CMS}.filesPerDay */
  filesPerDay?: number;
  /** Files that are simulated: of so many users that each has as much as in the whole. */
  files: number;
  seed?: number;
  policy?: Partial<Policy>;
  fts?: FtsOptions;
  operations?: OperationsState;
  /** Plans what else happens. */
  plan?: (universe: Universe) => void;
  /** Tasks to be changed, or left out (null). */
  change?: (task: CmsTask) => CmsTask | null;
  /** Hours after the end of the day in which what is left comes to its end. @default 36 */
  hoursAfter?: number;
}

/** Users of CMS at so many files a day: where there are more files, half of that is more users, half is more files of each. */
export const usersAt = (filesPerDay: number): number =>
  Math.round(CMS.users * Math.sqrt(filesPerDay / CMS.filesPerDay));

/** Sites at so many files a day: those of today, and as many as were foreseen. */
export const sitesAt = (filesPerDay: number): number => (filesPerDay > CMS.filesPerDay ? 100 : CMS.sites);

/** A day of CMS in virtual time, and what follows until everything has ended. */
export function simulateDay(options: SimulationOptions): { findings: Findings; universe: Universe } {
  const { filesPerDay = CMS.filesPerDay, files, seed = 1, policy, fts, operations, change = (task) => task } = options;
  const users = Math.max(10, Math.round((usersAt(filesPerDay) * files) / filesPerDay));
  const universe = new Universe({
    seed,
    ...(policy && { policy }),
    ...(fts && { fts }),
    ...(operations && { operations }),
  });
  for (const drawn of cmsTasks({ seed, files, users, sites: sitesAt(filesPerDay) })) {
    const task = change(drawn);
    if (task) playTask(universe, played(task));
  }
  options.plan?.(universe);
  universe.queue.runUntil(BEGIN + (24 + (options.hoursAfter ?? 36)) * HOUR_MS);
  return { findings: universe.findings, universe };
}
