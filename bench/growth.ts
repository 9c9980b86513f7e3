/**
 * What a file costs as tasks grow, and as there are more of them: `npm run bench:growth [-- --sizes 100,1000,10000 --tasks 10,100 --links
 * 60,200 --stores file --cached 500 --json <file>]`; the largest are `--sizes 100000` and `--tasks 1000`.
 * One task of so many files over ten links; then so many tasks of 100 files at once, each over ten of so many links. Reported in bulk,
 * published, simulators answer at once.
 */
import { loadConfig } from '../src/config/index.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { readOptions } from './support/options.ts';
import { taskName, type PlainTask } from './support/plain-task.ts';
import { onPlant } from './support/plant.ts';
import { newProgress } from './support/progress.ts';
import { QUICK } from './support/policies.ts';
import { atMost, rounded, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { sitesOfLinks } from './support/sites.ts';
import { STORE_NAMES, STORES, type Store } from './support/store.ts';
import { soundness, workTasks, type WorkFigures } from './support/work.ts';

const OUTPUTS = 2;
const LINKS_OF_A_TASK = 10;
/** Files of each of many tasks: ten per link. */
const SMALL = 100;
/** How many times as much a file may cost in the largest as in the one before. */
const MOST_GROWTH = 1.2;

const options = readOptions(
  { cached: loadConfig({}).worker.cachedWorkflows },
  {
    sizes: { from: ['100', '1000', '10000', '100000'], default: ['100', '1000', '10000'] },
    tasks: { from: ['10', '100', '1000'], default: ['10', '100'] },
    links: { from: ['60', '200'] },
    stores: { from: STORES, default: ['file'] },
  },
);

/** What is worked at once. */
interface Load {
  name: string;
  tasks: PlainTask[];
  sites: string[];
}

interface GrowthFigures extends WorkFigures {
  name: string;
  store: Store;
  /** Bytes on disk that the work added; null in memory. */
  database: number | null;
}

const plainTask = (label: string, files: number, sources: string[], destinations: string[]): PlainTask => ({
  ...{ task: taskName(label, label), jobs: files / OUTPUTS, outputs: OUTPUTS, log: false, publish: true },
  ...{ sources, destinations },
});

function oneTask(files: number): Load {
  const { sources, destinations } = sitesOfLinks(LINKS_OF_A_TASK);
  const tasks = [plainTask('grown', files, sources, destinations)];
  return { name: `1 × ${files}`, tasks, sites: [...sources, ...destinations] };
}

function manyTasks(count: number, links: number): Load {
  const { sources, destinations } = sitesOfLinks(links);
  const tasks = Array.from({ length: count }, (_, at) => {
    const own = Array.from({ length: LINKS_OF_A_TASK }, (_unused, i) => sources[(at * 7 + i) % sources.length]!);
    return plainTask(`many${at}`, SMALL, own, [destinations[at % destinations.length]!]);
  });
  return { name: `${count} × ${SMALL}, ${links} links`, tasks, sites: [...sources, ...destinations] };
}

function measureLoad(ending: Ending, store: Store, { name, tasks, sites }: Load): Promise<GrowthFigures> {
  const environment = { ASO_WORKER_CACHED_WORKFLOWS: String(options.cached) };
  return onPlant(ending, { store, workers: 1, sites, policy: QUICK, environment, patience: 30 }, async (plant) => {
    const before = await plant.server.databaseBytes();
    const work = await workTasks(plant, tasks, 'bulk');
    const after = await plant.server.databaseBytes();
    return { ...work, name, store, database: before === null || after === null ? null : after - before };
  });
}

/** Everything that a file costs, by name. */
const COSTS: Readonly<Record<string, (of: GrowthFigures) => number | null>> = {
  events: ({ histories }) => histories.events,
  bytes: ({ histories }) => histories.bytes,
  transitions: ({ histories }) => histories.transitions,
  'FTS requests': ({ world }) => world.requests.fts,
  'DBS requests': ({ world }) => world.requests.dbs,
  'CRAB requests': ({ world }) => world.requests.crab,
  'storage requests': ({ world }) => world.requests.storage,
  'worker, ms of CPU': ({ cpu }) => cpu.worker && cpu.worker * 1000,
  'server, ms of CPU': ({ cpu }) => cpu.server && cpu.server * 1000,
  'database, ms of CPU': ({ cpu }) => cpu.database && cpu.database * 1000,
  'bytes in the database': ({ database }) => database,
};

function costOf(of: GrowthFigures, name: string): number | null {
  const cost = COSTS[name]?.(of) ?? null;
  return cost === null ? null : rounded(cost / of.files);
}

function tell(report: Report, all: readonly GrowthFigures[]): void {
  const names = Object.keys(COSTS).filter((name) => all.some((of) => costOf(of, name) !== null));
  report.table(
    ['tasks × files', 'store', 'files', 'files/s', ...names],
    all.map((of) => [
      ...[of.name, STORE_NAMES[of.store], of.files, rounded(of.files / of.seconds)],
      ...names.map((name) => costOf(of, name) ?? '–'),
    ]),
    'Per file, from reported to published, all workflows and their continued runs counted:',
  );
  const x = { name: 'tasks × files', categories: all.map(({ name }) => name) };
  const barsOf = (some: string[]) => some.map((name) => ({ name, values: all.map((of) => costOf(of, name)) }));
  const y = { name: 'per file' };
  report.plot({
    kind: 'bars',
    title: 'What Temporal keeps of a file',
    x,
    y,
    series: barsOf(['events', 'transitions']),
  });
  report.plot({
    ...{ kind: 'bars', id: 'cpu', title: 'CPU that a file takes', stacked: true, x, y: { name: 'ms of CPU per file' } },
    series: barsOf(
      ['worker, ms of CPU', 'server, ms of CPU', 'database, ms of CPU'].filter((name) => names.includes(name)),
    ),
  });
  report.plot({
    ...{
      kind: 'bars',
      id: 'requests',
      title: 'Requests that a file takes',
      x,
      y: { name: 'requests per file', log: true },
    },
    series: barsOf(['FTS requests', 'DBS requests', 'CRAB requests', 'storage requests']),
  });
}

/** A file of the largest costs what one of the next smaller does. */
function flat(what: string, some: readonly GrowthFigures[]): Bound[] {
  const [before, last] = some.slice(-2);
  if (!before || !last) return [];
  return Object.keys(COSTS).flatMap((name): Bound[] => {
    const [less, more] = [costOf(before, name), costOf(last, name)];
    if (!less || more === null || name === 'bytes in the database') return [];
    return [
      atMost(`${what}: ${name} per file, ${last.name} against ${before.name}`, more / less, MOST_GROWTH, 'times'),
    ];
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('growth', 'What a file costs as tasks grow', options);
  const step = newProgress();
  const all: GrowthFigures[] = [];
  const shown = ({ files, seconds }: GrowthFigures) => ({ files, seconds: Math.round(seconds) });
  for (const store of options.stores) {
    const loads = [
      ...options.sizes.map((size) => oneTask(Number(size))),
      ...options.links.flatMap((links) => options.tasks.map((count) => manyTasks(Number(count), Number(links)))),
    ];
    for (const load of loads) all.push(await step(load.name, measureLoad(ending, store, load), shown));
  }
  tell(report, all);
  const bounds = options.stores.flatMap((store) => {
    const found = all.filter((of) => of.store === store);
    return [
      ...flat(
        'one task',
        found.filter(({ name }) => name.startsWith('1 × ')),
      ),
      ...options.links.flatMap((links) =>
        flat(
          'many tasks',
          found.filter(({ name }) => name.endsWith(` ${links} links`)),
        ),
      ),
    ];
  });
  return report.conclude(all, [...bounds, ...soundness(all)]);
}

process.exit(await runUntilInterrupted(measure));
