import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connect } from '../../src/client/index.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { cpuSeconds } from '../support/cpu.ts';
import { clearedAfter } from '../support/undo.ts';
import { startServer } from '../support/store.ts';
import { memoryNow, memoryPeak } from '../support/memory.ts';
import { startWorkers } from '../support/workers.ts';
import type { LoadOptions } from './loads.ts';
import type { DayBenchOptions } from './options.ts';
import { WorldProcess } from './world-process.ts';

export interface DayStandOptions extends Pick<DayBenchOptions, 'workers' | 'store' | 'cached'> {
  day: LoadOptions;
  /** How many times faster than in life copies and FTS's clockwork are. */
  speed: number;
  /** Copies are so many times faster still. @default 1 */
  waits?: number;
  /** Copies fail in production's proportions. @default true */
  failing?: boolean;
  policy: Policy;
  /** Further settings, as in a configuration file. */
  settings?: object;
}

/** What a day is worked on: the world, Temporal and the workers, each in processes of their own. */
export interface DayStand {
  client: Client;
  world: WorldProcess;
  /** Rejects when a worker ends by itself. */
  failed: Promise<never>;
  /** Seconds of CPU so far. */
  cpu(): Record<'workers' | 'temporal' | 'database' | 'simulators' | 'load', number>;
  /** MiB at the most so far of the largest worker, of Temporal's server and of the simulators. */
  memory(): { worker: number; temporal: number; simulators: number };
  /** The same at this moment. */
  memoryNow(): { worker: number; temporal: number; simulators: number };
  /** Of Temporal's state; null where it is in memory. */
  databaseBytes(): Promise<number | null>;
}

/** Works on a stand of its own, which is cleared away afterwards, however that ends. */
export function onDayStand<T>(
  ending: Ending,
  options: DayStandOptions,
  work: (stand: DayStand) => Promise<T>,
): Promise<T> {
  return clearedAfter(ending, async (later) => {
    const stand = await setUp(options, later);
    return Promise.race([work(stand), stand.failed]);
  });
}

async function setUp(
  { day, speed, waits = 1, failing = true, workers: count, store, cached, policy, settings }: DayStandOptions,
  later: (undo: () => Promise<unknown>) => void,
): Promise<DayStand> {
  const folder = await mkdtemp(join(tmpdir(), 'aso-day-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const world = await WorldProcess.start({ day, speed: speed * waits, failing, folder });
  later(() => world.stop());
  const server = await startServer(store, folder);
  later(() => server.close());
  const { ftsUrl, crabUrl, siteconf } = world.places;
  const places = { fts: { url: ftsUrl }, crab: { restUrl: crabUrl }, siteconf, pki: null };
  const environment = await simulatedEnvironment(places, server, folder, policy, settings);
  environment['ASO_WORKER_CACHED_WORKFLOWS'] = String(cached);
  const workers = await startWorkers(count, environment, later);
  const connection = await connect(environment);
  later(() => connection.close());
  const sum = (values: (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? NaN), 0);
  const memoryBy = (read: (pid: number) => number | null) => ({
    worker: Math.max(...workers.map(({ pid }) => read(pid) ?? NaN)),
    temporal: read(server.pid) ?? NaN,
    simulators: read(world.pid) ?? NaN,
  });
  return {
    client: connection.client,
    world,
    failed: Promise.race(workers.map(({ failed }) => failed)),
    cpu: () => ({
      workers: sum(workers.map(({ pid }) => cpuSeconds(pid))),
      temporal: sum([server.cpu().server]),
      database: server.cpu().database ?? 0,
      simulators: sum([cpuSeconds(world.pid)]),
      load: sum([cpuSeconds(process.pid)]),
    }),
    memory: () => memoryBy(memoryPeak),
    memoryNow: () => memoryBy(memoryNow),
    databaseBytes: () => server.databaseBytes(),
  };
}
