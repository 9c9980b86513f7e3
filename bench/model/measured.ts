import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DayOptions } from '../day/day-piece.ts';
import type { DayFigures } from '../day/day-report.ts';
import { KEPT, type BenchResult } from '../support/report/report.ts';
import type { Store } from '../support/store.ts';
import type { Way, WorkFigures } from '../support/work.ts';
import type { TrickleFigures } from '../trickle/measure.ts';
import type { Setting } from '../trickle/settings.ts';

/** Seconds. */
interface Waits {
  median: number;
  p95: number;
}

/** What benches find, and how large they were run, as far as the model reads it. */
interface Found {
  throughput: {
    figures: (WorkFigures & { store: Store; workers: number; way: Way })[];
    options: { tasks: number };
  };
  growth: { figures: (WorkFigures & { name: string; store: Store })[]; options: object };
  trickle: {
    figures: { found: { setting: Setting; figures: Omit<TrickleFigures, 'tasks'> }[] };
    options: { tasks: number; jobs: number; rate: number };
  };
  fairness: {
    figures: Record<'idle' | 'crowded', Record<'untilSent' | 'untilDone' | 'untilPublished', Waits>>;
    options: { files: number; users: number; each: number; every: number; windows: string[]; closed: string[] };
  };
  day: {
    figures: DayFigures & { accounts: { files: number }; cpu: Record<'workers' | 'temporal' | 'database', number> };
    options: Omit<DayOptions, 'day'>;
  };
}

/** Benches that the model is set by and held against: their figures are kept with their results. */
export const MEASURED = ['throughput', 'growth', 'trickle', 'fairness', 'day'] as const satisfies (keyof Found)[];

/** A result that is kept in bench/results, with its figures. */
export type Measured<Name extends keyof Found> = Omit<BenchResult, 'figures' | 'options'> & Found[Name];

/**
 * What a bench has measured, as it is kept.
 * @returns null where nothing of it is kept
 * @throws Error where its figures are not, with what to do
 */
export function measured<Name extends keyof Found>(name: Name): Measured<Name> | null {
  const kept = read(join(KEPT, `${name}.json`));
  if (kept === null) return null;
  const result = JSON.parse(kept) as Measured<Name>;
  if (Object.keys(result.figures).length === 0)
    throw new Error(`bench/results/${name}.json has no figures: run \`npm run bench -- --only ${name} --docs\``);
  return result;
}

/**
 * The same of a bench without which there is no model.
 * @throws Error where nothing of it is kept, too
 */
export function needed<Name extends keyof Found>(name: Name): Measured<Name> {
  const result = measured(name);
  if (!result) throw new Error(`nothing is kept of bench:${name}: run \`npm run bench -- --only ${name} --docs\``);
  return result;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
