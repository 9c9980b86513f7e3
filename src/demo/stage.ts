import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connect } from '../client/index.ts';
import { startSimulatedWorld, type SimulatedWorld } from '../simulators/world.ts';
import { startDevServer, type DevServer } from '../workers/dev-server.ts';
import { WorkerProcess } from '../workers/worker-process.ts';
import { simulatedEnvironment } from './environment.ts';
import { generate, type Generated } from './generate.ts';
import type { Ending } from './interrupt.ts';
import type { DemoOptions } from './main.ts';
import { makePlan, type PlannedTask } from './plan.ts';
import { COPIES_PER_LINK } from './struck-files.ts';
import { groupsOf, sitesOf, usersOf, type Scene } from './scene.ts';

/** Everything that the demo is played with. */
export interface Stage {
  world: SimulatedWorld;
  tasks: PlannedTask[];
  made: Generated;
  server: DevServer;
  worker: WorkerProcess;
  client: Client;
  /** What a worker and `aso` need to take part. */
  environment: NodeJS.ProcessEnv;
  /** Where everything lies; removed at the end. */
  folder: string;
  /** What the worker wrote. */
  workerLog: string;
}

/** Starts everything, and says how long each part took. */
export async function setStage(
  scene: Scene,
  { files, seed, tls }: Pick<DemoOptions, 'files' | 'seed' | 'tls'>,
  ending: Ending,
  say: (line: string) => void,
): Promise<Stage> {
  const step = async <T>(name: string, work: () => Promise<T>, undo: (result: T) => Promise<unknown>): Promise<T> => {
    ending.signal.throwIfAborted();
    const start = performance.now();
    const result = await work();
    ending.cleanUp(() => undo(result));
    say(`${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  };
  const nothing = (): Promise<void> => Promise.resolve();

  const folder = await mkdtemp(join(tmpdir(), 'aso-demo-'));
  ending.cleanUp(() => rm(folder, { recursive: true, force: true }));
  // Also where somebody cannot wait for that.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  const security = tls ? `, all over TLS, with a test CA and proxies of ${usersOf(scene).length} users` : '';
  const simulators = `${sitesOf(scene).length} sites, FTS, DBS and CRAB simulated in ${folder}${security}`;
  const world = await step(
    simulators,
    () => startWorld(scene, folder, tls),
    (started) => started.close(),
  );
  const tasks = makePlan(scene.shapes, files, seed);
  scene.strike(tasks, files);
  const made = await step(
    `${files} files for ${tasks.length} tasks`,
    () => generate(world, tasks, folder, seed),
    nothing,
  );
  const server = await step(
    'Temporal dev server',
    () => startDevServer({ ui: true }),
    (started) => started.close(),
  );
  const environment = await simulatedEnvironment(world, server, folder, scene.policy(files), scene.settings);
  const workerLog = join(folder, 'worker.log');
  const worker = await step(
    'worker process',
    () => WorkerProcess.start(environment, { log: workerLog }),
    (started) => started.stop(),
  );
  const connection = await connect(environment);
  ending.cleanUp(() => connection.close());
  return { world, tasks, made, server, worker, client: connection.client, environment, folder, workerLog };
}

/** The simulators, with FTS's limits such that its queues can be watched. */
const startWorld = (scene: Scene, root: string, tls: boolean): Promise<SimulatedWorld> =>
  startSimulatedWorld({
    root,
    sites: sitesOf(scene),
    ...(tls && { tls: { users: usersOf(scene), groups: groupsOf(scene) } }),
    fts: {
      tickMs: 100,
      activePerLink: COPIES_PER_LINK,
      minCopyMs: 300,
      bytesPerSecond: 8e6,
      expiryCheckMs: 500,
      cancelGraceMs: 1_000,
    },
  });
