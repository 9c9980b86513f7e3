import { Connection } from '@temporalio/client';
import { loadConfig, loadTemporalConfig } from '../config/index.ts';
import { setUpNamespace } from './setup-namespace.ts';

/** The one-shot job of a deployment: prepares the configured namespace and ends. */
try {
  const { retentionDays } = loadConfig(process.env);
  const { connectionOptions, namespace } = loadTemporalConfig(process.env);
  const connection = await Connection.connect(connectionOptions).catch((error: Error) => {
    throw new Error(`Temporal does not answer at ${connectionOptions.address}: ${error.message}`);
  });
  await setUpNamespace(connection, namespace, { retentionDays });
  await connection.close();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
