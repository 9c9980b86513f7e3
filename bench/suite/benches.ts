import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/report/surroundings.ts';

/** A bench as `npm run bench` knows it. */
export interface SuiteEntry {
  /** As in `npm run bench:<name>`. */
  name: string;
  /** Options that make it short; null where it is run with everything only. */
  small: readonly string[] | null;
  /** @default its own defaults */
  full?: readonly string[];
}

const words = (line: string): string[] => line.split(' ');

/** Those that have small sizes, in the order in which they are run: what the targets are about first. */
const SIZED: readonly SuiteEntry[] = [
  { name: 'throughput', small: words('--stores memory,postgresql --workers 1') },
  {
    ...{ name: 'growth', small: words('--sizes 100,1000 --tasks 10 --links 60 --stores memory') },
    full: words('--sizes 100,1000,10000,100000 --tasks 10,100,1000'),
  },
  { name: 'delays', small: words('--idle 20 --loaded 200 --burst 1000') },
  { name: 'memory', small: words('--tasks 300 --queued 10000') },
  {
    ...{ name: 'trickle', small: words('--tasks 30 --rate 6 --settings 1') },
    full: words('--tasks 500 --settings 8'),
  },
  { name: 'profile', small: words('--files 8000') },
  { name: 'events', small: words('--files 200 --trickle 15') },
  { name: 'cancel', small: words('--jobs 20') },
  { name: 'bulk', small: words('--tasks 40') },
  { name: 'follow', small: words('--files 200') },
  { name: 'latency', small: words('--jobs 5 --factor 60') },
  {
    ...{ name: 'fairness', small: words('--files 5000 --users 8 --windows short --closed at-once') },
    full: words('--files 100000'),
  },
  { name: 'day', small: words('--files 1500 --speed 8 --waits 60 --patience 4') },
  { name: 'publication', small: words('--files 2000') },
  { name: 'pull', small: words('--rows 400') },
  { name: 'model', small: words('--files 4000') },
];

/** The npm scripts of benches, by name: what each runs of bench/. */
function benchFiles(): Map<string, string> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const files = new Map<string, string>();
  for (const [script, command] of Object.entries(scripts)) {
    const [, name] = /^bench:(?!full$)([\w-]+)$/.exec(script) ?? [];
    const [, file] = /^node scripts\/run\.mjs bench ([\w-]+)$/.exec(command) ?? [];
    if (name !== undefined && file !== undefined) files.set(name, file);
  }
  return files;
}

/** Of `bench/<file>.ts`, by name. */
export const FILES: ReadonlyMap<string, string> = benchFiles();

/** All benches: those without small sizes last. */
export const SUITE: readonly SuiteEntry[] = [
  ...SIZED,
  ...[...FILES.keys()]
    .filter((name) => !SIZED.some((entry) => entry.name === name))
    .map((name) => ({ name, small: null })),
];

/** @throws Error naming those that there are, where one is asked for that is not */
export function chosen(only: readonly string[]): SuiteEntry[] {
  const unknown = only.filter((name) => !SUITE.some((entry) => entry.name === name));
  if (unknown.length > 0)
    throw new Error(`no bench is called ${unknown.join(', ')}; there are: ${SUITE.map(({ name }) => name).join(', ')}`);
  return SUITE.filter(({ name }) => only.length === 0 || only.includes(name));
}
