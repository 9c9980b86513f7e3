/**
 * Where the time goes: `npm run bench:profile [-- --files 8000 --tasks 8 --ways signals,bulk --stores memory --json <file>]`.
 * A burst through the whole path, as in bench:throughput, with one worker under V8's profiler (`node --cpu-prof`): seconds of CPU by process, by
 * thread of the worker, and by what its JavaScript does. The profiler itself costs the worker about a tenth.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { partOfMain, partOfWorkflows, threadKind, type ThreadKind } from './profile/parts.ts';
import { profileClock, readProfiles, sharesByPart } from './support/cpu-profile.ts';
import { readOptions } from './support/options.ts';
import { taskName, type PlainTask } from './support/plain-task.ts';
import { onPlant, type PlantCpu } from './support/plant.ts';
import { BURST } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { rounded } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { sitesOfLinks } from './support/sites.ts';
import { STORES, type Store } from './support/store.ts';
import { secondsByThread } from './support/threads.ts';
import { soundness, workTasks, type Way, type WorkFigures } from './support/work.ts';

const LINKS = 10;
const OUTPUTS = 2;

const options = readOptions(
  { files: 8_000, tasks: 8 },
  { stores: { from: STORES, default: ['memory'] }, ways: { from: ['signals', 'bulk'] } },
);

/** Seconds of CPU per 1,000 files, or shares of 1, by what they were spent on. */
type Spent = [what: string, amount: number][];

interface ProfileFigures {
  way: Way;
  store: Store;
  work: WorkFigures;
  processes: Spent;
  threads: Spent;
  main: Spent;
  workflows: Spent;
}

async function profile(ending: Ending, store: Store, way: Way): Promise<ProfileFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'aso-profile-'));
  ending.cleanUp(() => rm(folder, { recursive: true, force: true }));
  const { sources, destinations } = sitesOfLinks(LINKS);
  const jobs = Math.ceil(options.files / OUTPUTS / options.tasks);
  const tasks = Array.from({ length: options.tasks }, (_, at): PlainTask => ({
    ...{ task: taskName(`profile${at}`, `user${at}`), jobs, outputs: OUTPUTS, log: false, publish: true },
    ...{ sources, destinations },
  }));
  const environment = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
  const plant = { store, workers: 1, sites: [...sources, ...destinations], policy: BURST, environment };
  return onPlant(ending, plant, async (running) => {
    const worker = running.workers[0]!;
    const before = byKind(secondsByThread(worker.pid));
    const from = profileClock();
    const work = await workTasks(running, tasks, way);
    const span = { from, to: profileClock() };
    const after = byKind(secondsByThread(worker.pid));
    // Profiles are written at the end of the process.
    await worker.stop();
    const per1000 = (seconds: number): number => (seconds / work.files) * 1000;
    return {
      ...{ way, store, work },
      processes: processesOf(work.cpu).map(([name, seconds]) => [name, per1000(seconds)]),
      threads: [...after].map(([kind, seconds]) => [kind, per1000(seconds - (before.get(kind) ?? 0))]),
      main: sharesByPart(readProfiles(folder, (thread) => thread === 0), span, partOfMain), // prettier-ignore
      workflows: sharesByPart(readProfiles(folder, (thread) => thread > 0), span, partOfWorkflows), // prettier-ignore
    };
  });
}

const processesOf = (cpu: PlantCpu): Spent =>
  Object.entries(cpu).flatMap(([name, used]) => (used === null ? [] : [[name, used]]));

function byKind(threads: ReadonlyMap<string, number>): Map<ThreadKind, number> {
  const kinds = new Map<ThreadKind, number>();
  for (const [name, seconds] of threads) kinds.set(threadKind(name), (kinds.get(threadKind(name)) ?? 0) + seconds);
  return kinds;
}

function tell(report: Report, all: readonly ProfileFigures[]): void {
  const head = all.map(({ way, store }) => `${way === 'bulk' ? 'in bulk' : 'one signal a job'}, ${store}`);
  const table = (
    name: string,
    of: (figures: ProfileFigures) => Spent,
    caption: string,
    show: (x: number) => string,
  ): void => {
    const rows = [...new Set(all.flatMap((figures) => of(figures).map(([what]) => what)))];
    const cell = (figures: ProfileFigures, what: string): string => {
      const amount = of(figures).find(([name]) => name === what)?.[1];
      return amount === undefined ? '–' : show(amount);
    };
    report.table([name, ...head], rows.map((what) => [what, ...all.map((figures) => cell(figures, what))]), caption); // prettier-ignore
  };
  const seconds = (amount: number): string => amount.toFixed(2);
  const share = (amount: number): string => `${Math.round(amount * 100)} %`;
  report.table(['', ...head], [
    ['files/s, with the profiler', ...all.map(({ work }) => rounded(work.files / work.seconds))],
    ['cores in use, of all parts', ...all.map(({ work }) => (sum(processesOf(work.cpu)) / work.seconds).toFixed(2))],
  ]); // prettier-ignore
  table('process', ({ processes }) => processes, 'Seconds of CPU per 1,000 files:', seconds);
  table('of the worker', ({ threads }) => threads, 'The same of the worker, by thread:', seconds);
  table('main thread', ({ main }) => main, 'What its main thread does while it does something:', share);
  table('workflow threads', ({ workflows }) => workflows, 'The same of the threads that run workflows:', share);
}

const sum = (spent: Spent): number => spent.reduce((total, [, amount]) => total + amount, 0);

async function measure(ending: Ending): Promise<number> {
  const report = new Report('profile', 'Where the time goes', options);
  const step = newProgress();
  const all: ProfileFigures[] = [];
  for (const store of options.stores)
    for (const way of options.ways)
      all.push(await step(`${store}, ${way}`, profile(ending, store, way), ({ work }) => ({ seconds: rounded(work.seconds) }))); // prettier-ignore
  tell(report, all);
  return report.conclude(all, soundness(all.map(({ work }) => work)));
}

process.exit(await runUntilInterrupted(measure));
