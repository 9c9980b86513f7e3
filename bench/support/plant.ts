import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connect } from '../../src/client/index.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { TemporalOptions } from '../../src/servers/temporal-server.ts';
import type { WorkerProcess } from '../../src/workers/worker-process.ts';
import { cpuSeconds, sumOf } from './cpu.ts';
import type { SimulatorsOptions } from './simulators/control.ts';
import { SimulatorsProcess } from './simulators/simulators-process.ts';
import { startServer, type BenchServer, type Store } from './store.ts';
import { clearedAfter } from './undo.ts';
import { startWorkers } from './workers.ts';

export interface PlantOptions {
  store: Store;
  /** What differs in Temporal's server, on PostgreSQL. */
  settings?: TemporalOptions;
  /** Worker processes, each with all roles. */
  workers: number;
  sites: readonly string[];
  /** What differs from the policy that is shipped. */
  policy: Partial<Policy>;
  /** Further environment of the workers. */
  environment?: Readonly<Record<string, string>>;
  simulators?: Omit<SimulatorsOptions, 'root' | 'sites'>;
  /** Minutes after which what has not happened does not happen any more. @default 5 */
  patience?: number;
}

/** Seconds of CPU by part; null where the system does not tell. `load`: this process, which reports. */
export type PlantCpu = Record<'worker' | 'server' | 'database' | 'simulators' | 'load', number | null>;

/** As `Stand`, for large numbers: every part is a process of its own, and files have no bytes. */
export interface Plant {
  client: Client;
  server: BenchServer;
  workers: readonly WorkerProcess[];
  simulators: SimulatorsProcess;
  /** Aborted when the measurement is interrupted, or its patience is over. */
  signal: AbortSignal;
  /** Used since the plant was started; all workers together. */
  cpu(): PlantCpu;
}

/** Measures something on a plant of its own, which is cleared away afterwards, however that ends. */
export function onPlant<T>(ending: Ending, options: PlantOptions, measure: (plant: Plant) => Promise<T>): Promise<T> {
  return clearedAfter(ending, async (later) => {
    const { store, settings, sites, policy, environment: further, simulators: how, patience = 5 } = options;
    const folder = await mkdtemp(join(tmpdir(), 'aso-bench-'));
    later(() => rm(folder, { recursive: true, force: true }));
    const simulators = await SimulatorsProcess.start({ root: folder, sites, ...how });
    later(() => simulators.stop());
    const server = await startServer(store, folder, undefined, settings);
    later(() => server.close());
    const { ftsUrl, crabUrl, siteconf } = simulators.where;
    const world = { fts: { url: ftsUrl }, crab: { restUrl: crabUrl }, siteconf, pki: null };
    const environment = { ...(await simulatedEnvironment(world, server, folder, policy)), ...further };
    const workers = await startWorkers(options.workers, environment, later);
    const connection = await connect(environment);
    later(() => connection.close());
    const { client } = connection;
    const measuring = measure({
      ...{ client, server, workers, simulators },
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(patience * 60_000)]),
      cpu: () => ({
        ...server.cpu(),
        worker: sumOf(workers.map(({ pid }) => cpuSeconds(pid))),
        simulators: cpuSeconds(simulators.pid),
        load: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
      }),
    });
    return await Promise.race([measuring, ...workers.map(({ failed }) => failed)]);
  });
}
