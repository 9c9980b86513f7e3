import type { Policy } from '../../../src/domain/policy.ts';
import type { FtsOptions } from '../fts-rows.ts';
import { playTask, type PlayedTask } from '../load.ts';
import type { Store } from '../../support/store.ts';
import { PARTS, type Calibration, type Steps } from '../calibration.ts';
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

/** What a bench was run on. */
export interface Machine {
  /** Where Temporal kept its histories: a database of its own takes CPU, too. */
  store: Store;
  /** Seconds of CPU for a file of what else had its work on the same cores: the simulators, and what reports. @default 0 */
  others?: number;
}

/** A universe with a bench's tasks in it, on its two cores: copies go well, and no site bounds them. */
export function universeOf(
  { cpu }: Calibration,
  tasks: readonly PlayedTask[],
  policy: Partial<Policy>,
  fts: FtsOptions,
  { store, others = 0 }: Machine,
): Universe {
  const parts = PARTS.filter((part) => part !== 'database' || store === 'postgresql');
  const all = (step: keyof Steps): number => parts.reduce((sum, part) => sum + cpu[part][step], 0);
  const universe = new Universe({
    ...{ seed: 1, policy },
    fts: { outcomeOf: () => null, activePerLink: Infinity, activePerSite: Infinity, ...fts },
    cores: {
      count: CORES,
      seconds: { files: all('files') + others, transitions: all('transitions'), workflows: all('workflows') },
    },
  });
  for (const task of tasks) playTask(universe, task);
  return universe;
}
