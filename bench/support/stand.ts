import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connect } from '../../src/client/index.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import type { Ending } from '../../src/demo/interrupt.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import type { TemporalOptions } from '../../src/servers/temporal-server.ts';
import { startSimulatedWorld, type SimulatedWorld } from '../../src/simulators/world.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { cpuSeconds } from './cpu.ts';
import { CrabProcess } from './crab-process.ts';
import { DESTINATIONS, SOURCES } from './sites.ts';
import { startServer, type Store } from './store.ts';
import { clearedAfter } from './undo.ts';

export interface StandOptions {
  fts: FtsSimulatorOptions;
  /** What differs from the policy that is shipped. */
  policy: Partial<Policy>;
  /** FTS sends messages, and the worker heeds them so fast, seconds. */
  messages?: { delay: number; interval: number };
  /** Where Temporal keeps its state; a file where its server is to be killed. @default 'memory' */
  store?: Store;
  /** The worker's CRAB is one in a process of its own, which knows nothing but rows that it is told. @default false */
  crabProcess?: boolean;
  /** Further environment of the worker. */
  environment?: Readonly<Record<string, string>>;
  /** What differs in Temporal's server, on PostgreSQL. */
  settings?: TemporalOptions;
  /** @default those of sites.ts */
  sites?: readonly string[];
  /** Minutes after which what has not happened does not happen any more. @default 5 */
  patience?: number;
}

/** What one measurement is made on: simulators in this process, Temporal's server and a worker each in their own. */
export interface Stand {
  world: SimulatedWorld;
  client: Client;
  worker: WorkerProcess;
  /** Null where CRAB is the world's. */
  crabProcess: CrabProcess | null;
  /** Aborted when the measurement is interrupted, or its patience is over. */
  signal: AbortSignal;
  /** Seconds of CPU that the processes have used; null where the system does not tell. */
  cpu(): Record<'worker' | 'server' | 'database' | 'crab', number | null>;
  /** Kills Temporal's server with SIGKILL and starts another on the same state. */
  restartServer(): Promise<void>;
}

/** Measures something on a stand of its own, which is cleared away afterwards, however that ends. */
export function onStand<T>(ending: Ending, options: StandOptions, measure: (stand: Stand) => Promise<T>): Promise<T> {
  return clearedAfter(ending, async (later) => {
    const stand = await setUp(options, ending.signal, later);
    return await Promise.race([
      stand.client.connection.withAbortSignal(ending.signal, () => measure(stand)),
      stand.worker.failed,
    ]);
  });
}

async function setUp(
  { fts, policy, messages, store = 'memory', crabProcess = false, patience = 5, ...options }: StandOptions,
  interrupted: AbortSignal,
  later: (undo: () => Promise<unknown>) => void,
): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'aso-bench-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const world = await startSimulatedWorld({
    root: folder,
    sites: [...(options.sites ?? SOURCES), ...DESTINATIONS],
    fts,
    ...(messages && { broker: {} }),
  });
  later(() => world.close());
  let server = await startServer(store, folder, undefined, options.settings);
  later(() => server.close());
  const ftsEvents = world.broker && { brokers: [world.broker.url], ...messages };
  const environment = await simulatedEnvironment(world, server, folder, policy, ftsEvents ? { ftsEvents } : {});
  const crab = crabProcess ? await CrabProcess.start() : null;
  if (crab) {
    later(() => crab.stop());
    environment['ASO_CRAB_URL'] = crab.restUrl;
  }
  const worker = await WorkerProcess.start({ ...environment, ...options.environment });
  later(() => worker.stop());
  const connection = await connect(environment);
  later(() => connection.close());
  return {
    world,
    client: connection.client,
    worker,
    crabProcess: crab,
    signal: AbortSignal.any([interrupted, AbortSignal.timeout(patience * 60_000)]),
    cpu: () => ({
      worker: cpuSeconds(worker.pid),
      ...server.cpu(),
      crab: crab && cpuSeconds(crab.pid),
    }),
    async restartServer() {
      process.kill(server.pid, 'SIGKILL');
      await server.close();
      server = await startServer(store, folder, Number(server.address.split(':').at(-1)));
    },
  };
}
