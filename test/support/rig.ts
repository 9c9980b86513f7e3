import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { DataConverter } from '@temporalio/common';
import { configuredDataConverter } from '../../src/client/data-converter.ts';
import { createAnonymousDispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { createFtsAdapter, type FtsTimeouts } from '../../src/adapters/fts3/fts-adapter.ts';
import { loadConfig } from '../../src/config/index.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import { bundleWorkflows, createWorkers } from '../../src/workers/create-workers.ts';
import { createDependencies } from '../../src/workers/dependencies.ts';
import { startDevServer, type DevServer } from '../../src/workers/dev-server.ts';
import { listenToFts } from '../../src/workers/fts-listener.ts';
import { NO_TELEMETRY } from '../../src/workers/telemetry/index.ts';
import './quiet-runtime.ts';
import type { World } from './world.ts';

/** Times in tests: as in production, a few hundred times faster. */
export const FAST: Partial<Policy> = {
  batchWindow: 0.2,
  followFirst: 0.1,
  followMax: 0.5,
  followGrid: 0.05,
  retryDelay: 0.2,
  retryDelayMax: 2,
  retryFor: 0,
  cancelGrace: 0.5,
  cleanupDelay: 0.2,
  cleanupDelayMax: 1,
  crabSettle: 0.5,
};

let taskNumber = 0;

/** A CRAB task name that no other test of this process uses. */
export const newTask = (user = 'alice'): string =>
  `261122_${String(100000 + ++taskNumber).slice(-6)}:${user}_crab_test${taskNumber}`;

const bundle = bundleWorkflows();

/** A Temporal server of its own with our workers, against a simulated world. */
export interface Rig {
  client: Client;
  server: DevServer;
  workers: Worker[];
  /** Ends the workers and starts others, as after a deployment. */
  restartWorkers(): Promise<void>;
  /** Ends the workers, for tests that run some of their own. */
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions {
  policy?: Partial<Policy>;
  /** Further arguments of the dev server. */
  serverArgs?: string[];
  /** A Temporal server that is there already, and is left to whoever started it. @default a dev server of the rig's own */
  temporal?: DevServer;
  /** Patience with FTS, milliseconds: for faults that outlast it. */
  ftsTimeouts?: Partial<FtsTimeouts>;
  /** The workflows that workers run. @default those of `src` */
  workflowBundle?: WorkflowBundleOption;
  /** Further settings. */
  settings?: Record<`ASO_${string}`, string>;
}

/** Starts server and workers. `close` replays every execution that was started, and fails where one does not replay. */
export async function startRig(world: World, options: RigOptions = {}): Promise<Rig> {
  const server = options.temporal ?? (await startDevServer({ extraArgs: options.serverArgs ?? [] }));
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  const config = loadConfig({
    ASO_FTS_SERVER: world.fts.url,
    ASO_CRAB_URL: world.crab.restUrl,
    ASO_SITECONF: world.siteconf,
    ...(world.pki && { ASO_CREDENTIALS: world.pki.credentials, ASO_TRUST_ANCHORS: world.pki.trust }),
    ...options.settings,
  });
  const dataConverter = configuredDataConverter(config);
  const client = new Client({ connection, namespace: server.namespace, dataConverter });
  const workflowBundle =
    options.workflowBundle ?? (await (config.payloadKeys === null ? bundle : bundleWorkflows(true)));
  const { dependencies, close } = createDependencies(config, client);
  const policy = { ...DEFAULT_POLICY, ...FAST, ...options.policy };
  const { ftsTimeouts: timeouts } = options;
  const dispatchers = createAnonymousDispatchers();
  const patience = timeouts ? { fts: createFtsAdapter({ dispatchers, timeouts }) } : {};

  const listener = listenToFts(config, client, () => undefined);
  let running: Promise<unknown> = Promise.resolve();
  const rig: Rig = {
    client,
    server,
    workers: [],
    async restartWorkers() {
      await stop();
      rig.workers = await createWorkers({
        connection: native,
        namespace: server.namespace,
        dependencies: { ...dependencies, ...patience, policy },
        tuning: { ...config.worker, shutdownGraceSeconds: 1 },
        ...{ workflowBundle, dataConverter },
      });
      running = Promise.all(rig.workers.map((worker) => worker.run()));
    },
    stopWorkers: stop,
    async close() {
      await listener.close();
      await stop();
      await replayAll(client, { workflowBundle, dataConverter });
      await close();
      await dispatchers.close();
      await connection.close();
      await native.close();
      if (!options.temporal) await server.close();
    },
  };
  async function stop(): Promise<void> {
    for (const worker of rig.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  }
  await rig.restartWorkers();
  return rig;
}

/** Replays the history of every execution on the server: code that does not is not deterministic. */
async function replayAll(
  client: Client,
  options: { workflowBundle: WorkflowBundleOption; dataConverter: DataConverter },
): Promise<void> {
  const histories = client.workflow.list().intoHistories({ concurrency: 4 });
  const results = Worker.runReplayHistories({ ...options, sinks: NO_TELEMETRY.sinks }, histories);
  for await (const { workflowId, error } of results)
    if (error) throw new Error(`${workflowId} does not replay`, { cause: error });
}
