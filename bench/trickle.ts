/**
 * What a lone job output costs: `npm run bench:trickle [-- --tasks 100 --jobs 4 --settings 8 --stores postgresql --json <file>]`.
 * Real life is no burst: 400,000 files a day over some 500 open tasks of 20 sites each are one job output of two or three files per task, link and
 * window, so that nearly every batch has the files of one. They trickle into tasks that are open already, each to a link of its own, through
 * FTS, and into DBS; then the same with other settings. State transitions, history and CPU per job output, all workflows counted, FTS requests per
 * file, and what all of CMS would take of a core. Times are a tenth of production's, copies' included.
 */
import { CMS_FILES_PER_SECOND } from './support/cms-figures.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import type { Policy } from '../src/domain/policy.ts';
import { readOptions } from './support/options.ts';
import { atMost, rounded, target } from './support/report/bound.ts';
import type { Cell } from './support/report/markdown-table.ts';
import { TENTH } from './support/policies.ts';
import { Report } from './support/report/report.ts';
import { STORE_NAMES, STORES } from './support/store.ts';
import { measureTrickle, type TrickleFigures } from './trickle/measure.ts';

const options = readOptions(
  { tasks: 100, jobs: 4, rate: 8, settings: 8 },
  { stores: { from: STORES, default: ['postgresql'] } },
);
const [store = 'postgresql'] = options.stores;

/** Times are so many times shorter than production's: see {@link TENTH}. */
const FASTER = 10;

interface Setting {
  name: string;
  /** Of production. */
  copySeconds: number;
  policy?: Partial<Policy>;
}

const SETTINGS: readonly Setting[] = [
  { name: 'as shipped', copySeconds: 60 },
  { name: 'copies of 10 s', copySeconds: 10 },
  { name: 'copies of 5 min', copySeconds: 300 },
  { name: 'batchWindow 10 s', copySeconds: 60, policy: { batchWindow: 10 / FASTER } },
  { name: 'batchWindow 5 min', copySeconds: 60, policy: { batchWindow: 300 / FASTER } },
  { name: 'followGrid 30 s', copySeconds: 60, policy: { followGrid: 30 / FASTER } },
  { name: 'followFirst 60 s', copySeconds: 60, policy: { followFirst: 60 / FASTER } },
  { name: 'CRAB is told', copySeconds: 60, policy: { crabBookkeeping: true } },
];

/** Transitions per job output, from report to published. */
const MOST_TRANSITIONS = 45;
/** Of a core, at {@link CMS_FILES_PER_SECOND}. */
const MOST_CORES = 0.5;
/** Tasks that are open at a time at that rate (design: 1,700 tasks a day, of which about 500 are open). */
const OPEN_TASKS = 500;

const sum = ({ worker, server, database }: TrickleFigures['cpu']): number =>
  (worker ?? NaN) + (server ?? NaN) + (database ?? 0);

/** What one open task takes of a core while nothing happens. */
const coresOfOpenTask = ({ cpuOfNothing, cpuOfOpenTasks }: TrickleFigures): number =>
  Math.max(0, sum(cpuOfOpenTasks) - sum(cpuOfNothing)) / options.tasks;

/** Seconds of CPU for a file, without what would be used anyway. */
const cpuPerFile = ({ cpu, cpuOfOpenTasks, seconds, files }: TrickleFigures): number =>
  (sum(cpu) - seconds * sum(cpuOfOpenTasks)) / files;

/** What all of CMS takes: its files, its open tasks, and what a worker and a server take for themselves. */
const coresOfCms = (figures: TrickleFigures): number =>
  sum(figures.cpuOfNothing) + OPEN_TASKS * coresOfOpenTask(figures) + CMS_FILES_PER_SECOND * cpuPerFile(figures);

const percents = ({ worker, server, database }: TrickleFigures['cpu']): string[] =>
  [worker, server, database].map((used) => (used === null ? '–' : (used * 100).toFixed(1)));

async function measure(ending: Ending): Promise<number> {
  const report = new Report('trickle', 'What a lone job output costs', options);
  const found: { setting: Setting; figures: TrickleFigures }[] = [];
  for (const [at, setting] of SETTINGS.slice(0, options.settings).entries()) {
    const figures = await measureTrickle(ending, {
      // What differs is to be seen: not all of it needs the full size.
      ...{ tasks: at === 0 ? options.tasks : Math.min(options.tasks, 40), jobsPerTask: options.jobs },
      ...{ perSecond: options.rate, copySeconds: setting.copySeconds / FASTER },
      policy: { ...TENTH, ...setting.policy },
      store,
    });
    found.push({ setting, figures });
    console.error(`${setting.name}: ${(figures.all.transitions / figures.jobs).toFixed(1)} transitions per job output`);
  }
  const [shipped] = found;
  if (!shipped) throw new Error('--settings must be above 0');
  const { figures } = shipped;
  const each = (value: number, digits = 1): string => (value / figures.jobs).toFixed(digits);
  report.table(
    ['workflow', 'runs', 'transitions per job output', 'events', 'bytes'],
    [...Object.entries(figures.workflows), ['all', figures.all] as const].map(
      ([type, { runs, transitions, events, bytes }]) => [
        ...[type, runs, each(transitions), each(events), each(bytes, 0)],
      ],
    ),
    `${figures.jobs} job outputs of two or three files into ${options.tasks} open tasks, ${options.rate} a second, copies of 60 s, ${STORE_NAMES[store]}, from report to published:`,
  );
  report.table(
    [
      'setting',
      'job outputs per batch',
      'transitions',
      'events',
      'bytes',
      'CPU s: worker',
      'server',
      'database',
      'FTS requests per file',
      'of a core for CMS',
    ],
    found.map(({ setting: { name }, figures: found }): Cell[] => {
      const { all, jobs, cpu, files } = found;
      const per = (value: number, digits: number): string => (value / jobs).toFixed(digits);
      return [
        ...[name, (jobs / found.batches).toFixed(2), per(all.transitions, 1), per(all.events, 1), per(all.bytes, 0)],
        ...[
          per(cpu.worker ?? NaN, 3),
          per(cpu.server ?? NaN, 3),
          cpu.database === null ? '–' : per(cpu.database, 3),
          (found.ftsRequests / files).toFixed(2),
          coresOfCms(found).toFixed(2),
        ],
      ];
    }),
    'Per job output, with other settings:',
  );
  report.table(
    ['what it costs while nothing happens', 'worker', 'server', 'database'],
    [
      ['no task, % of a core', ...percents(figures.cpuOfNothing)],
      [`${options.tasks} open tasks, % of a core`, ...percents(figures.cpuOfOpenTasks)],
    ],
    `A task costs ${(figures.opening.transitions / options.tasks).toFixed(1)} transitions to open, with its first job output up to the hand-over to its publisher.`,
  );
  report.plot({
    kind: 'bars',
    title: 'State transitions per job output, by setting',
    x: { name: 'setting', categories: found.map(({ setting }) => setting.name) },
    y: { name: 'transitions' },
    series: [
      { name: 'transitions', values: found.map(({ figures: { all, jobs } }) => rounded(all.transitions / jobs)) },
    ],
    marks: [{ name: `target: ${MOST_TRANSITIONS}`, y: MOST_TRANSITIONS }],
  });
  return report.conclude({ found }, [
    target(atMost('state transitions per job output, report to published', figures.all.transitions / figures.jobs, MOST_TRANSITIONS)), // prettier-ignore
    target(atMost('CMS as a trickle, worker, server and database', coresOfCms(figures), MOST_CORES, 'cores')),
  ]);
}

process.exit(await runUntilInterrupted(measure));
