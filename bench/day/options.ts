import { parseArgs } from 'node:util';
import { CMS } from '../support/cms-figures.ts';
import { STORES, type Store } from '../support/store.ts';
import { helpOfBench, tellingMistakes } from '../support/telling.ts';

/** `scaled`: windows and looks are as many times shorter as time is faster; `shipped`: they are those of production. */
export const WINDOWS = ['scaled', 'shipped'] as const;
export type Windows = (typeof WINDOWS)[number];

export interface DayBenchOptions {
  /** Files worked: a whole day of {@link CMS}.filesPerDay, or a piece of one. */
  files: number;
  users: number;
  sites: number;
  seed: number;
  workers: number;
  /** Workflows that a worker keeps in memory: batches wait for their blocks, thousands of them at a time. */
  cached: number;
  /** Minutes after which what has not happened is said not to. */
  patience: number;
  /** Copies, and pauses before files are tried again, are so many times shorter still: a piece of a day then ends soon after its last report. */
  waits: number;
  /** How many times faster than in life; `auto`: found out by a piece of the day. */
  speed: number | 'auto';
  store: Store;
  windows: Windows;
  json?: string;
}

const DEFAULTS = {
  ...{ files: CMS.filesPerDay, users: CMS.users, sites: CMS.sites, seed: 1 },
  ...{ workers: 1, cached: 20_000, patience: 300, waits: 1 },
};

/** What is wrong with one is told, and ends the process. */
export const readDayOptions = (): DayBenchOptions => tellingMistakes(parse, helpOfBench);

/** @throws Error naming an option that is wrong */
function parse(): DayBenchOptions {
  const names = [...Object.keys(DEFAULTS), 'hours', 'speed', 'store', 'windows', 'json'];
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const whole = (name: string, fallback: number): number => {
    const number = Number(values[name] ?? fallback);
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number above 0`);
    return number;
  };
  const oneOf = <const Words extends readonly string[]>(
    name: string,
    words: Words,
    fallback: Words[number],
  ): Words[number] => {
    const word = String(values[name] ?? fallback);
    if (!words.includes(word)) throw new Error(`--${name} must be one of ${words.join(', ')}`);
    return word;
  };
  if (values['hours'] !== undefined && values['files'] !== undefined)
    throw new Error('--hours and --files say the same: give one of them');
  const filesPerHour = CMS.filesPerDay / 24;
  if (values['hours'] !== undefined) values['files'] = String(Math.round(whole('hours', 24) * filesPerHour));
  const speed = values['speed'] ?? 'auto';
  const json = values['json'];
  return {
    ...(Object.fromEntries(
      Object.entries(DEFAULTS).map(([name, value]) => [name, whole(name, value)]),
    ) as typeof DEFAULTS),
    speed: speed === 'auto' ? 'auto' : whole('speed', Number(speed)),
    store: oneOf('store', STORES, 'memory'),
    windows: oneOf('windows', WINDOWS, 'scaled'),
    ...(typeof json === 'string' && { json }),
  };
}
