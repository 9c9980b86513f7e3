import { dayPiece } from '../../day/day-piece.ts';
import { CMS } from '../../support/cms-figures.ts';
import { quantile } from '../../support/quantile.ts';
import { PARTS, type Calibration } from '../calibration.ts';
import { cpuOf, stepsOf } from '../costs.ts';
import { playedLoad, playTask } from '../load.ts';
import { measured } from '../measured.ts';
import { BEGIN, Universe } from '../universe.ts';
import type { Comparison } from './comparison.ts';

/** More of a day than so much takes the model long, and says the same. */
const MOST_FILES = 20_000;
/** As in bench/day/day-world.ts. */
const ACTIVE_PER_LINK = 100;

/** The same piece of a day of CMS as `bench:day`, at life's own pace; nothing where none of it is kept. */
export function compareDay(calibration: Calibration): Comparison[] {
  const kept = measured('day');
  if (!kept) return [];
  const { figures, options } = kept;
  const { files, users, sites, seed } = options;
  const load = dayPiece({ seed, day: CMS.filesPerDay, files: Math.min(files, MOST_FILES), users, sites });
  const universe = new Universe({ seed, fts: { activePerLink: ACTIVE_PER_LINK, activePerSite: Infinity } });
  for (const task of playedLoad(load, 0)) playTask(universe, task);
  universe.queue.runUntil(BEGIN + (load.seconds + 36 * 3600) * 1000);
  const { findings } = universe;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const row = (what: string, unit: string, of: number, modelled: number, tolerance: number): Comparison => ({
    ...{ bench: 'day', what, unit, measured: of, modelled, tolerance },
  });
  const { workers, temporal, database } = figures.cpu;
  const cpu = PARTS.filter((part) => part !== 'database' || database > 0).reduce(
    (sum, part) => sum + cpuOf(calibration, part, stepsOf(findings)),
    0,
  );
  return [
    row('files per FTS job, mean', 'files', figures.filesPerJob.mean, mean(findings.jobSizes), 0.5),
    row('files per FTS job, median', 'files', figures.filesPerJob.median, quantile(findings.jobSizes, 0.5), 0.5),
    row('files per block, mean', 'files', figures.filesPerBlock.mean, mean(findings.blockSizes), 0.5),
    row('CPU of workers, server and database', 'CPU ms a file', ((workers + temporal + database) * 1000) / figures.accounts.files, (cpu * 1000) / findings.files, 1), // prettier-ignore
  ];
}
