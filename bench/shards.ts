/**
 * What history shards cost: `npm run bench:shards [-- --few 4 --many 512 --files 6000 --idle 15 --json <file>]`.
 * The number of shards is chosen once for the life of a database. Temporal's server on PostgreSQL with few and with many of them, one after
 * the other: seconds of CPU while nothing happens, and files per second through the whole path, reported to published.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { usedBetween } from './support/cpu.ts';
import { readOptions } from './support/options.ts';
import { taskName, type PlainTask } from './support/plain-task.ts';
import { onPlant, type Plant, type PlantCpu } from './support/plant.ts';
import { BURST } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { atLeast, rounded } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { sitesOfLinks } from './support/sites.ts';
import { soundness, workTasks, type WorkFigures } from './support/work.ts';

const options = readOptions({ few: 4, many: 512, files: 6_000, idle: 15 });
const TASKS = 8;
const OUTPUTS = 2;
/** Two runs of the same differ by a tenth on two cores that everything shares. */
const LEAST_SHARE = 0.8;

interface ShardFigures extends WorkFigures {
  shards: number;
  filesPerSecond: number;
  /** Parts of a core that server and database take while nothing happens. */
  idle: { server: number; database: number };
}

function measureOne(ending: Ending, shards: number): Promise<ShardFigures> {
  const { sources, destinations } = sitesOfLinks(10);
  const plant = { store: 'postgresql' as const, settings: { historyShards: shards }, workers: 1, policy: BURST };
  const jobs = Math.ceil(options.files / OUTPUTS / TASKS);
  const tasks = Array.from({ length: TASKS }, (_, at): PlainTask => ({
    ...{ task: taskName(`shards${at}`, `user${at}`), jobs, outputs: OUTPUTS, log: false, publish: true },
    ...{ sources, destinations },
  }));
  return onPlant(ending, { ...plant, sites: [...sources, ...destinations] }, async (running) => {
    const idle = await whileIdle(running);
    const work = await workTasks(running, tasks, 'signals');
    return { ...work, shards, idle, filesPerSecond: work.files / work.seconds };
  });
}

/** A worker polls meanwhile, and that is all. */
async function whileIdle(plant: Plant): Promise<ShardFigures['idle']> {
  const before = plant.cpu();
  await sleep(options.idle * 1000, undefined, { signal: plant.signal });
  const used = usedBetween<keyof PlantCpu, number | null>(before, plant.cpu());
  const share = (seconds: number | null): number => (seconds ?? Number.NaN) / options.idle;
  return { server: share(used.server), database: share(used.database) };
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('shards', 'What history shards cost', options);
  const step = newProgress();
  const shown = ({ filesPerSecond, idle }: ShardFigures) => ({ 'files/s': rounded(filesPerSecond), idle });
  const few = await step(`${options.few} shards`, measureOne(ending, options.few), shown);
  const many = await step(`${options.many} shards`, measureOne(ending, options.many), shown);
  const perFile = (one: ShardFigures, part: 'server' | 'database'): number =>
    ((one.cpu[part] ?? Number.NaN) / one.files) * 1000;
  const cells = (one: ShardFigures): number[] => [
    ...[one.idle.server, one.idle.database, one.filesPerSecond],
    ...[perFile(one, 'server'), perFile(one, 'database')],
  ];
  // What is next to nothing has no ratio worth telling.
  const compared = cells(many).map((value, at) => {
    const other = cells(few)[at]!;
    return at < 2 ? `+ ${rounded(value - other)}` : `× ${rounded(value / other)}`;
  });
  report.table(
    [
      ...['history shards', 'idle: cores of the server', 'idle: cores of the database', 'files/s'],
      ...['server, s of CPU per 1,000 files', 'database, s of CPU per 1,000 files'],
    ],
    [
      ...[few, many].map((one) => [one.shards, ...cells(one).map(rounded)]),
      [`${many.shards} against ${few.shards}`, ...compared],
    ],
    `Server, database, worker, simulators and load on the same machine, ${few.files} files in each of the two:`,
  );
  return report.conclude(
    [few, many],
    [
      atLeast(`files/s with ${many.shards} shards, as a share of those with ${few.shards}`, many.filesPerSecond / few.filesPerSecond, LEAST_SHARE), // prettier-ignore
      ...soundness([few, many]),
    ],
  );
}

process.exit(await runUntilInterrupted(measure));
