/**
 * What a lone job output costs: `npm run bench:trickle [-- --tasks 100 --jobs 6 --settings 8 --against pq --cached 500 --stores postgresql --json <file>]`.
 * Real life is no burst: 400,000 files a day over some 500 open tasks of 20 sites each are one job output of two or three files per task, link and
 * window, so that nearly every batch has the files of one. They trickle into tasks that are open already, each to a link of its own, through
 * FTS, and into DBS; then the same with other settings. State transitions, history and CPU per job output, all workflows counted, FTS requests per
 * file, and what all of CMS would take of a core. Times are a tenth of production's, copies' included. With `--against`, what one thing that is
 * set otherwise in server or worker does to that, beside the shipped ones in the same minutes.
 */
import { loadConfig } from '../src/config/index.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { readOptions } from './support/options.ts';
import { TENTH } from './support/policies.ts';
import { atMost, rounded, target } from './support/report/bound.ts';
import type { Cell } from './support/report/markdown-table.ts';
import { Report } from './support/report/report.ts';
import { STORE_NAMES, STORES } from './support/store.ts';
import { coresOfCms, cpuPerJob } from './trickle/costs.ts';
import { measureTrickle, type Cpu, type TrickleFigures } from './trickle/measure.ts';
import { FASTER, SETTINGS, type Setting } from './trickle/settings.ts';
import {
  measureVariation,
  tellVariations,
  VARIATIONS,
  type VariationFigures,
  type VariationName,
} from './trickle/variations.ts';

const options = readOptions(
  // Blocks have (jobs + 1) × 2.5 files, as many as on a day of CMS in the mean.
  { tasks: 100, jobs: 6, rate: 8, settings: 8, cached: loadConfig({}).worker.cachedWorkflows },
  { stores: { from: STORES, default: ['postgresql'] }, against: { from: Object.keys(VARIATIONS), default: [] } },
);
const [store = 'postgresql'] = options.stores;
const environment = { ASO_WORKER_CACHED_WORKFLOWS: String(options.cached) };

/** Transitions per job output, from report to published. */
const MOST_TRANSITIONS = 45;
/** Of a core, at CMS's rate. */
const MOST_CORES = 0.5;
/** Of a measurement that is to show what differs: not all of it needs the full size. */
const ENOUGH_TASKS = 40;

const percents = ({ worker, server, database }: Cpu): string[] =>
  [worker, server, database].map((used) => (used === null ? '–' : (used * 100).toFixed(1)));

async function measure(ending: Ending): Promise<number> {
  const report = new Report('trickle', 'What a lone job output costs', options);
  const found: { setting: Setting; figures: TrickleFigures }[] = [];
  for (const [at, setting] of SETTINGS.slice(0, options.settings).entries()) {
    const figures = await measureTrickle(ending, {
      ...{ tasks: at === 0 ? options.tasks : Math.min(options.tasks, ENOUGH_TASKS), jobsPerTask: options.jobs },
      ...{ perSecond: options.rate, copySeconds: setting.copySeconds / FASTER },
      policy: { ...TENTH, ...setting.policy },
      ...{ store, environment },
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
      const { all, jobs, files } = found;
      const cpu = cpuPerJob(found);
      const seconds = (used: number | null): string => (used === null ? '–' : used.toFixed(3));
      const per = (value: number, digits: number): string => (value / jobs).toFixed(digits);
      return [
        ...[name, (jobs / found.batches).toFixed(2), per(all.transitions, 1), per(all.events, 1), per(all.bytes, 0)],
        ...[
          ...[seconds(cpu.worker), seconds(cpu.server), seconds(cpu.database)],
          (found.ftsRequests / files).toFixed(2),
          coresOfCms(found).toFixed(2),
        ],
      ];
    }),
    'Per job output, with other settings; CPU without what is used while nothing happens:',
  );
  report.table(
    ['what it costs while nothing happens', 'worker', 'server', 'database'],
    [
      ['no task, % of a core', ...percents(figures.cpuOfNothing)],
      [`${options.tasks} open tasks, % of a core`, ...percents(figures.cpuOfOpenTasks)],
    ],
    `A task costs ${(figures.opening.transitions / options.tasks).toFixed(1)} transitions to open, with its first job output up to the hand-over to its publisher.`,
  );
  const variations: VariationFigures[] = [];
  for (const variation of options.against as VariationName[])
    variations.push(
      await measureVariation(ending, variation, {
        ...{ tasks: Math.min(options.tasks, ENOUGH_TASKS), jobsPerTask: options.jobs, perSecond: options.rate },
        ...{ copySeconds: SETTINGS[0]!.copySeconds / FASTER, policy: TENTH, store, environment },
      }),
    );
  if (variations.length > 0) tellVariations(report, variations);
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
  return report.conclude({ found, variations }, [
    target(atMost('state transitions per job output, report to published', figures.all.transitions / figures.jobs, MOST_TRANSITIONS)), // prettier-ignore
    target(atMost('CMS as a trickle, worker, server and database', coresOfCms(figures), MOST_CORES, 'cores')),
  ]);
}

process.exit(await runUntilInterrupted(measure));
