/**
 * Files per second through the whole path, from reported to DONE and published: `npm run bench:throughput [-- --files 12000 --bulk 24000
 * --tasks 8 --stores memory,file,postgresql --workers 1,2,4 --ways signals,bulk --json <file>]`.
 * Simulators answer at once and copies take no time; looks are of a second, so that what is measured is work, not waiting.
 * Jobs of two output files, from ten sites to one; one signal each, or in bulk. Beside it, what the same server takes of bare signals.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { readOptions } from './support/options.ts';
import { taskName, type PlainTask } from './support/plain-task.ts';
import { onPlant } from './support/plant.ts';
import { BURST } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { atLeast, atMost, rounded, target, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { sitesOfLinks } from './support/sites.ts';
import { STORE_NAMES, STORES, type Store } from './support/store.ts';
import { soundness, workTasks, type Way, type WorkFigures } from './support/work.ts';
import { bareRate } from './throughput/bare-rate.ts';

/** Files a second: 400,000 and 600,000 a day. */
const NEEDED = [4.63, 6.94];
const LINKS = 10;
const OUTPUTS = 2;
/** Files per second that are the target (issue 7), where jobs come one signal each. */
const LEAST: Readonly<Record<Store, number>> = { memory: 400, file: 400, postgresql: 300 };
/** In bulk: what it is compared with, CRAB's loop of today, has everything in memory. */
const LEAST_BULK = 1_000;

const options = readOptions(
  { files: 12_000, bulk: 24_000, tasks: 8 },
  {
    stores: { from: STORES },
    workers: { from: ['1', '2', '4'], default: ['1', '2', '4'] },
    ways: { from: ['signals', 'bulk'] },
  },
);

interface ThroughputFigures extends WorkFigures {
  store: Store;
  workers: number;
  way: Way;
  filesPerSecond: number;
  /** Of the same server: signals a second that nobody does anything about. */
  bare: number;
}

function measureOne(ending: Ending, store: Store, workers: number, way: Way): Promise<ThroughputFigures> {
  const { sources, destinations } = sitesOfLinks(LINKS);
  const plant = { store, workers, sites: [...sources, ...destinations], policy: BURST };
  const jobs = Math.ceil((way === 'bulk' ? options.bulk : options.files) / OUTPUTS / options.tasks);
  const tasks = Array.from({ length: options.tasks }, (_, at): PlainTask => ({
    ...{ task: taskName(`through${at}`, `user${at}`), jobs, outputs: OUTPUTS, log: false, publish: true },
    ...{ sources, destinations },
  }));
  return onPlant(ending, plant, async (running) => {
    const bare = await bareRate(running.client, tasks);
    const work = await workTasks(running, tasks, way);
    return { ...work, store, workers, way, bare, filesPerSecond: work.files / work.seconds };
  });
}

function tell(report: Report, all: readonly ThroughputFigures[]): void {
  report.table(
    [
      ...['store', 'workers', 'reported', 'files', 'files/s', 'bare signals/s', 'outputs per bare signal'],
      ...NEEDED.map((rate) => `× ${rate} files/s`),
      ...['events/file', 'bytes/file', 'transitions/file', 'FTS requests/file'],
    ],
    all.map((of) => [
      ...[STORE_NAMES[of.store], of.workers, of.way === 'bulk' ? 'in bulk' : 'one signal a job', of.files],
      ...[rounded(of.filesPerSecond), rounded(of.bare), (of.filesPerSecond / OUTPUTS / of.bare).toFixed(2)],
      ...NEEDED.map((rate) => `× ${Math.round(of.filesPerSecond / rate)}`),
      ...[rounded(of.histories.events / of.files), Math.round(of.histories.bytes / of.files)],
      ...[rounded(of.histories.transitions / of.files), (of.world.requests.fts / of.files).toFixed(4)],
    ]),
  );
  const each = (of: ThroughputFigures, seconds: number | null): string =>
    seconds === null ? '–' : ((seconds / of.files) * 1000).toFixed(2);
  report.table(
    ['store', 'workers', 'reported', 'worker', 'server', 'database', 'simulators', 'load', 'all'],
    all.map((of) => {
      const { worker, server, database, simulators, load } = of.cpu;
      const sum = [worker, server, database, simulators, load].reduce((a: number, b) => a + (b ?? 0), 0);
      const parts = [worker, server, database, simulators, load, sum].map((seconds) => each(of, seconds));
      return [STORE_NAMES[of.store], of.workers, of.way === 'bulk' ? 'in bulk' : 'one signal a job', ...parts];
    }),
    'Seconds of CPU per 1,000 files:',
  );
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('throughput', 'Files per second through the whole path', options);
  const step = newProgress();
  const all: ThroughputFigures[] = [];
  for (const store of options.stores)
    for (const workers of options.workers.map(Number))
      for (const way of options.ways) {
        const name = `${STORE_NAMES[store]}, ${workers} workers, ${way}`;
        const shown = ({ filesPerSecond }: ThroughputFigures) => ({ 'files/s': rounded(filesPerSecond) });
        all.push(await step(name, measureOne(ending, store, workers, way), shown));
      }
  tell(report, all);
  for (const way of options.ways) {
    const ofWay = all.filter((one) => one.way === way);
    report.plot({
      ...{ kind: 'bars', ...(way === 'bulk' ? { id: 'bulk' } : {}) },
      title: `Files per second, reported to published, ${way === 'bulk' ? 'reported in bulk' : 'one signal for two files'}`,
      x: { name: 'worker processes, on two cores for everything', categories: options.workers },
      y: { name: 'files/s' },
      marks: way === 'bulk' ? [{ name: 'target', y: LEAST_BULK }] : [{ name: 'target, dev server', y: LEAST.memory }],
      series: options.stores.map((store) => ({
        name: STORE_NAMES[store],
        values: options.workers.map((workers) => {
          const found = ofWay.find((one) => one.store === store && one.workers === Number(workers));
          return found ? Math.round(found.filesPerSecond) : null;
        }),
      })),
    });
  }
  return report.conclude(all, boundsOf(all));
}

/** The best of each store counts: how many workers there should be is one of the findings. */
function boundsOf(all: readonly ThroughputFigures[]): Bound[] {
  const best = [...Map.groupBy(all, ({ store, way }) => `${way} ${store}`).values()].map(
    (some) => some.toSorted((a, b) => b.filesPerSecond - a.filesPerSecond)[0]!,
  );
  const most = (what: (of: ThroughputFigures) => number): number => Math.max(...all.map(what));
  return [
    ...best
      .filter(({ way, store }) => way === 'signals' || store === 'memory')
      .map(({ way, store, filesPerSecond }) => {
        const [how, least] = way === 'bulk' ? ['reported in bulk', LEAST_BULK] : ['two files a signal', LEAST[store]];
        return target(atLeast(`${STORE_NAMES[store]}, ${how}`, filesPerSecond, least, 'files/s'));
      }),
    target(
      atMost(
        'history events per file',
        most(({ histories, files }) => histories.events / files),
        2,
      ),
    ),
    target(
      atMost(
        'bytes of history per file, after the codec',
        most(({ histories, files }) => histories.bytes / files),
        1_536,
      ),
    ),
    // The target is of one user's 5,000 files: `bench:peers` looks at those. Here eight users have ten links each.
    atMost(
      'FTS requests per file',
      most(({ world, files }) => world.requests.fts / files),
      0.03,
    ),
    ...soundness(all),
  ];
}

process.exit(await runUntilInterrupted(measure));
