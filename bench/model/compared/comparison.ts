import type { Policy } from '../../../src/domain/policy.ts';
import type { FtsOptions } from '../fts-rows.ts';
import { playTask, type PlayedTask } from '../load.ts';
import { PARTS, type Calibration } from '../calibration.ts';
import { Universe } from '../universe.ts';

/** A figure that a bench has measured, and what the model says of the same load. */
export interface Comparison {
  /** As in `npm run bench:<bench>`. */
  bench: string;
  what: string;
  unit: string;
  measured: number;
  modelled: number;
  /** Share of the measured value that the two may differ by. */
  tolerance: number;
}

/** What benches are run on. */
const CORES = 2;

/** A universe with a bench's tasks in it, on its two cores: copies go well, and no site bounds them. */
export function universeOf(
  { cpu }: Calibration,
  tasks: readonly PlayedTask[],
  policy: Partial<Policy>,
  fts: FtsOptions,
): Universe {
  const universe = new Universe({
    ...{ seed: 1, policy },
    fts: { outcomeOf: () => null, activePerLink: Infinity, activePerSite: Infinity, ...fts },
    cores: { count: CORES, perTransition: PARTS.reduce((sum, part) => sum + cpu[part].transitions, 0) },
  });
  for (const task of tasks) playTask(universe, task);
  return universe;
}
