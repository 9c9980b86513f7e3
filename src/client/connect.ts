import { Client, type ClientOptions } from '@temporalio/client';
import { loadConfig, loadTemporalConfig } from '../config/index.ts';
import { connectClosably } from './closable.ts';
import { configuredDataConverter } from './data-converter.ts';
import { TemporalUnreachableError } from './errors.ts';

/** A Temporal client that speaks to the configured namespace, and the way to let go of it. */
export interface AsoConnection {
  client: Client;
  address: string;
  namespace: string;
  close(): Promise<void>;
}

/** Below the 10 s within which a caller is told that Temporal does not answer. */
const CONNECT_TIMEOUT_MS = 6_000;

/**
 * Connects to Temporal as its own configuration says (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, profile file…).
 * @throws TemporalUnreachableError within 10 s where nobody answers, ConfigError where the configuration is wrong
 */
export async function connect(
  env: NodeJS.ProcessEnv = process.env,
  options: Omit<ClientOptions, 'connection' | 'namespace'> = {},
): Promise<AsoConnection> {
  const { connectionOptions, namespace } = loadTemporalConfig(env);
  const { address } = connectionOptions;
  const dataConverter = configuredDataConverter(loadConfig(env));
  let opened: Awaited<ReturnType<typeof connectClosably>>;
  try {
    opened = await connectClosably({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    const message = `cannot reach Temporal at ${address} (namespace ${namespace}): ${reasonOf(error)}`;
    throw new TemporalUnreachableError(`${message}; set TEMPORAL_ADDRESS or start a server`, { cause: error });
  }
  const client = new Client({ dataConverter, ...options, connection: opened.connection, namespace });
  return { client, address, namespace, close: opened.close };
}

/** The first line of what went wrong, without gRPC's numbers. */
function reasonOf(error: unknown): string {
  const { details, message } = error as { details?: unknown; message?: unknown };
  const text = typeof details === 'string' && details ? details : String(message);
  const first = text.split('\n', 1)[0] ?? '';
  return /deadline/i.test(first) ? `no answer within ${CONNECT_TIMEOUT_MS / 1000} s` : first;
}
