/**
 * A worker's memory: `npm run bench:memory [-- --tasks 1000 --queued 100000 --cached 500 --json <file>]`.
 * So many open tasks whose copies do not end, each with jobs on two links: what the worker process holds of each, with all of them in its cache
 * and with a small one. Then one task with so many files that wait: the fifty FTS jobs that it may have are under way and do not end.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { addFiles } from '../src/client/index.ts';
import { patiently } from '../src/demo/patiently.ts';
import { until } from '../src/demo/until.ts';
import { loadConfig } from '../src/config/index.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { forgetMemoryPeak, memoryNow, memoryPeak } from './support/memory.ts';
import { readOptions } from './support/options.ts';
import { filesOf, reportsOf, taskName, type PlainTask } from './support/plain-task.ts';
import { onPlant, type Plant } from './support/plant.ts';
import { QUICK } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { atMost, none, rounded, target, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { sitesOfLinks } from './support/sites.ts';

/** MiB that a worker with 1,000 open tasks may take (issue 7). */
const MOST = 1024;
/** A copy that does not end while this lasts. */
const NEVER_MS = 2 ** 31 - 1;
const FILES_OF_A_TASK = 20;
/** Workflows that the small cache holds. */
const FEW = 100;
/** Tasks laid and reported at a time. */
const AT_ONCE = 8;
const LINKS = 10;

/** As docker-compose.yml bounds a worker's heap: without a bound V8 leaves garbage where it is for as long as the machine has memory. */
const HEAP_MIB = 384;

const options = readOptions({ tasks: 1_000, queued: 100_000, cached: loadConfig({}).worker.cachedWorkflows });

interface MemoryFigures {
  load: string;
  cached: number;
  tasks: number;
  files: number;
  /** MiB of the worker: at rest, with all of it open, and at the most meanwhile; null where the system does not tell. */
  before: number | null;
  after: number | null;
  peak: number | null;
  /** FTS jobs under way. */
  ftsJobs: number;
  /** Files that are not with FTS when all of those should be that may. */
  missing: number;
}

interface Load {
  name: string;
  tasks: PlainTask[];
  /** FTS jobs that there will be. */
  ftsJobs: number;
}

const { sources, destinations } = sitesOfLinks(LINKS);

function openTasks(count: number): Load {
  const tasks = Array.from({ length: count }, (_, at): PlainTask => ({
    ...{ task: taskName(`open${at}`), jobs: FILES_OF_A_TASK / 2, outputs: 2, log: false, publish: true, destinations },
    sources: [sources[at % LINKS]!, sources[(at + 1) % LINKS]!],
  }));
  return { name: `${count} open tasks of ${FILES_OF_A_TASK} files on 2 links`, tasks, ftsJobs: 2 * count };
}

function queuedFiles(files: number): Load {
  const task = taskName('queued');
  const tasks: PlainTask[] = [{ task, jobs: files / 2, outputs: 2, log: false, publish: true, sources, destinations }];
  const { maxActiveFtsJobs, maxFilesPerFtsJob } = DEFAULT_POLICY;
  return {
    name: `1 task of ${files} files`,
    tasks,
    ftsJobs: Math.min(maxActiveFtsJobs, Math.floor(files / maxFilesPerFtsJob)),
  };
}

function measureLoad(ending: Ending, load: Load, cached: number): Promise<MemoryFigures> {
  const plant = {
    ...{
      store: 'memory' as const,
      workers: 1,
      sites: [...sources, ...destinations],
      policy: { ...QUICK, followMax: 60 },
    },
    environment: { ASO_WORKER_CACHED_WORKFLOWS: String(cached), NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` },
    ...{ simulators: { copyMs: NEVER_MS }, patience: 20 },
  };
  return onPlant(ending, plant, async (running) => {
    const [worker] = running.workers;
    const pid = worker?.pid ?? 0;
    const before = memoryNow(pid);
    forgetMemoryPeak(pid);
    await reportTasks(running, load.tasks);
    const { simulators, signal } = running;
    let found = 0;
    await until(async () => (found = (await simulators.figures()).ftsJobs) >= load.ftsJobs, signal, 500);
    const files = load.tasks.reduce((sum, task) => sum + filesOf(task), 0);
    return {
      ...{ load: load.name, cached, tasks: load.tasks.length, files, before, after: memoryNow(pid) },
      ...{ peak: memoryPeak(pid), ftsJobs: found, missing: load.ftsJobs - found },
    };
  });
}

async function reportTasks({ client, signal, simulators }: Plant, tasks: readonly PlainTask[]): Promise<void> {
  const left = tasks.values();
  const reportNext = async (): Promise<void> => {
    for (const plain of left) {
      await simulators.lay(plain);
      await patiently(signal, () => addFiles(client, plain.task, reportsOf(plain)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reportNext));
}

/** KiB of each of so many that were added. */
const each = ({ before, after }: MemoryFigures, count: number): string =>
  before === null || after === null ? '?' : (((after - before) * 1024) / count).toFixed(1);

function tell(report: Report, all: readonly MemoryFigures[]): void {
  report.table(
    [
      'open',
      'workflows in the cache',
      'FTS jobs',
      'worker before, MiB',
      'after',
      'at the most',
      'KiB per task',
      'KiB per file',
    ],
    all.map((of) => [
      ...[of.load, `at most ${of.cached}`, of.ftsJobs, of.before ?? '?', of.after ?? '?', of.peak ?? '?'],
      ...[of.tasks > 1 ? each(of, of.tasks) : '', each(of, of.files)],
    ]),
  );
  report.plot({
    ...{ kind: 'bars', title: "A worker's memory with all of it open", y: { name: 'MiB, resident' } },
    x: { name: 'open; workflows in the cache', categories: all.map(({ load, cached }) => `${load}; ${cached}`) },
    marks: [{ name: 'at most', y: MOST }],
    series: [
      { name: 'at rest', values: all.map(({ before }) => before) },
      { name: 'with all of it open', values: all.map(({ after }) => after) },
      { name: 'at the most', values: all.map(({ peak }) => peak) },
    ],
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('memory', "A worker's memory", options);
  const step = newProgress();
  const all: MemoryFigures[] = [];
  for (const [load, cached] of [
    [openTasks(options.tasks), options.cached],
    [openTasks(options.tasks), FEW],
    [queuedFiles(options.queued), options.cached],
  ] as const)
    all.push(await step(`${load.name}, ${cached} cached`, measureLoad(ending, load, cached)));
  tell(report, all);
  const bounds = all.map(({ load, cached, peak }): Bound =>
    target(atMost(`worker's memory, ${load}, ${cached} workflows cached`, rounded(peak ?? NaN), MOST, 'MiB')),
  );
  return report.conclude(all, [
    ...bounds,
    none(
      'FTS jobs that should be under way and are not',
      all.reduce((sum, { missing }) => sum + Math.max(0, missing), 0),
    ),
  ]);
}

process.exit(await runUntilInterrupted(measure));
