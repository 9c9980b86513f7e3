import { Client } from '@temporalio/client';
import { makeTelemetryFilterString, NativeConnection, Runtime, type MetricsExporterConfig } from '@temporalio/worker';
import { connectClosably } from '../client/closable.ts';
import { configuredDataConverter } from '../client/data-converter.ts';
import { loadTemporalConfig, type Config } from '../config/index.ts';
import { histogramBuckets } from '../contract/metrics.ts';
import { createWorkers } from './create-workers.ts';
import { createDependencies } from './dependencies.ts';
import { listenToFts } from './fts-listener.ts';
import { createLog, temporalLogger } from './logging.ts';
import { READY_LINE } from './ready-line.ts';
import { ALL_ROLES, type Role } from './roles.ts';
import { checkSearchAttributes } from './setup-namespace.ts';
import { createTelemetry } from './telemetry/index.ts';

/** Runs a worker process until it is told to end (SIGINT, SIGTERM), then lets activities under way end. */
export async function runWorker(
  config: Config,
  { roles = ALL_ROLES }: { roles?: readonly Role[] } = {},
): Promise<void> {
  const log = createLog(config);
  Runtime.install({
    logger: temporalLogger(log, config.logLevel),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(config.metricsAddress ? { metrics: metricsAt(config.metricsAddress) } : {}),
    },
  });
  const { connectionOptions, namespace } = loadTemporalConfig(process.env);
  const connection = await NativeConnection.connect(connectionOptions);
  const dataConverter = configuredDataConverter(config);
  const { connection: clientConnection, close: closeClient } = await connectClosably(connectionOptions);
  const client = new Client({
    connection: clientConnection,
    namespace,
    dataConverter,
  });
  const warn = (problem: string): void => log.warn(problem);
  const telemetry = createTelemetry(config, log, Runtime.instance().metricMeter);
  const { dependencies, store, close } = createDependencies(config, client, warn, telemetry.services);
  const sampling = telemetry.sample(client, store, dependencies.rules);
  const listener = roles.includes('fts-follow') ? listenToFts(config, client, warn) : null;
  try {
    const untold = await checkSearchAttributes(clientConnection, namespace);
    if (untold !== null) log.warn(untold);
    const workers = await createWorkers({
      ...{ connection, namespace, dependencies, dataConverter, tuning: config.worker, roles, telemetry },
    });
    const running = workers.map((worker) => worker.run());
    log.info({ roles, namespace, address: connectionOptions.address }, READY_LINE);
    // One worker that fails takes the others down in good order: a process that serves only some of its queues would go unnoticed.
    const ends = await Promise.allSettled(
      running.map((run) =>
        run.catch((error: unknown) => {
          for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
          throw error;
        }),
      ),
    );
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    sampling.close();
    await listener?.close();
    await close();
    await closeClient();
    await connection.close();
  }
}

const metricsAt = (bindAddress: string): MetricsExporterConfig => ({
  prometheus: { bindAddress, histogramBucketOverrides: histogramBuckets() },
});
