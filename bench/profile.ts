/**
 * Where the time goes: `npm run bench:profile [-- --files 8000 --tasks 8 --ways signals,bulk,trickle --open 30 --rate 6 --stores memory --json <file>]`.
 * One worker under V8's profiler (`node --cpu-prof`), at bursts through the whole path, as in bench:throughput, and at lone job outputs that trickle in,
 * as in bench:trickle: seconds of CPU by process, by thread of the worker, and by what its JavaScript does. The profiler itself costs the
 * worker about a tenth.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { LOADS, profileBurst, profileTrickle, type LoadFigures, type LoadName } from './profile/loads.ts';
import type { Spent } from './profile/worker-profile.ts';
import { readOptions } from './support/options.ts';
import { newProgress } from './support/progress.ts';
import { rounded } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { STORES, type Store } from './support/store.ts';

const options = readOptions(
  { files: 8_000, tasks: 8, open: 30, rate: 6 },
  { stores: { from: STORES, default: ['memory'] }, ways: { from: Object.keys(LOADS) } },
);

function profile(ending: Ending, store: Store, load: LoadName): Promise<LoadFigures> {
  const { files, tasks, open, rate } = options;
  return load === 'trickle'
    ? profileTrickle(ending, { store, tasks: open, rate })
    : profileBurst(ending, { store, way: load, tasks, files });
}

function tell(report: Report, all: readonly LoadFigures[]): void {
  const head = all.map(({ load, store }) => `${LOADS[load]}, ${store}`);
  const table = (name: string, of: (figures: LoadFigures) => Spent, caption: string, show: (x: number) => string) => {
    const rows = [...new Set(all.flatMap((figures) => of(figures).map(([what]) => what)))];
    const cell = (figures: LoadFigures, what: string): string => {
      const amount = of(figures).find(([name]) => name === what)?.[1];
      return amount === undefined ? '–' : show(amount);
    };
    report.table([name, ...head], rows.map((what) => [what, ...all.map((figures) => cell(figures, what))]), caption); // prettier-ignore
  };
  const per1000 =
    (of: (figures: LoadFigures) => Spent) =>
    (figures: LoadFigures): Spent =>
      of(figures).map(([what, seconds]) => [what, (seconds / figures.files) * 1000]);
  const seconds = (amount: number): string => amount.toFixed(amount < 10 ? 2 : 1);
  const share = (amount: number): string => `${Math.round(amount * 100)} %`;
  report.table(['', ...head], [
    ['files/s, with the profiler', ...all.map(({ files, seconds }) => rounded(files / seconds))],
    ['cores in use, of all parts', ...all.map(({ processes, seconds }) => (sum(processes) / seconds).toFixed(2))],
  ]); // prettier-ignore
  table('process', per1000(({ processes }) => processes), 'Seconds of CPU per 1,000 files:', seconds); // prettier-ignore
  table('of the worker', per1000(({ worker }) => worker.threads), 'The same of the worker, by thread:', seconds); // prettier-ignore
  table('main thread', ({ worker }) => worker.main, 'What its main thread does while it does something:', share);
  table('workflow threads', ({ worker }) => worker.workflows, 'The same of the threads that run workflows:', share);
}

const sum = (spent: Spent): number => spent.reduce((total, [, amount]) => total + amount, 0);

async function measure(ending: Ending): Promise<number> {
  const report = new Report('profile', 'Where the time goes', options);
  const step = newProgress();
  const all: LoadFigures[] = [];
  for (const store of options.stores)
    for (const load of options.ways as LoadName[])
      all.push(await step(`${store}, ${load}`, profile(ending, store, load), ({ seconds }) => ({ seconds: rounded(seconds) }))); // prettier-ignore
  tell(report, all);
  return report.conclude(all, all.flatMap(({ bounds }) => bounds)); // prettier-ignore
}

process.exit(await runUntilInterrupted(measure));
