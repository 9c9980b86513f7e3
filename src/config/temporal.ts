import { existsSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { ConfigError, type ConfigProblem } from './config-error.ts';

/** How to reach Temporal; the options fit `Connection.connect` and `NativeConnection.connect`. */
export interface TemporalConfig {
  readonly connectionOptions: { address: string } & Pick<NativeConnectionOptions, 'tls' | 'metadata'> & {
      apiKey?: string;
    };
  readonly namespace: string;
  /** For people: keys and tokens are named, never shown. */
  readonly description: readonly { name: string; value: string }[];
}

/**
 * Reads Temporal's own configuration, the same that the `temporal` CLI and every SDK read: the variables
 * TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*, and a profile file.
 * Throws a `ConfigError` where that is not readable, or where half of a pair would quietly be left out.
 */
export function loadTemporalConfig(env: NodeJS.ProcessEnv): TemporalConfig {
  const given = Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => !!pair[1]));
  const file = given['TEMPORAL_CONFIG_FILE'];
  if (file && !existsSync(file)) fail({ where: 'TEMPORAL_CONFIG_FILE', rule: `there is no file ${file}` });
  const profile = attempt(() => loadClientConfigProfile({ overrideEnvVars: given }));
  if (!profile.tls?.clientCert !== !profile.tls?.clientKey)
    fail({ where: 'TEMPORAL_TLS_CLIENT_*', rule: 'a client certificate and its key are needed together' });
  const address = profile.address ?? 'localhost:7233';
  if (!/^[^\s/:]+:\d+$|^\[[\da-f:]+\]:\d+$/i.test(address))
    fail({ where: 'TEMPORAL_ADDRESS', rule: 'must be host:port', given: JSON.stringify(address) });
  const { tls, metadata } = attempt(() => toClientOptions(profile)).connectionOptions;
  const namespace = profile.namespace ?? 'default';
  return Object.freeze({
    connectionOptions: {
      address,
      ...(tls === undefined ? {} : { tls }),
      ...(profile.apiKey === undefined ? {} : { apiKey: profile.apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
    namespace,
    description: describe(profile, address, namespace, given['TEMPORAL_PROFILE']),
  });
}

function describe(profile: ClientConfigProfile, address: string, namespace: string, name: string | undefined) {
  const tls = profile.tls;
  const encrypted = tls ? !tls.disabled : profile.apiKey !== undefined;
  const metadata = Object.keys(profile.grpcMeta ?? {});
  return [
    { name: 'address', value: address },
    { name: 'namespace', value: namespace },
    { name: 'profile', value: name ?? 'default' },
    { name: 'tls', value: encrypted ? (tls?.clientCert ? 'on, with a client certificate' : 'on') : 'off' },
    { name: 'api key', value: profile.apiKey === undefined ? 'none' : '***' },
    { name: 'metadata', value: metadata.length ? metadata.map((key) => `${key}=***`).join(', ') : 'none' },
  ];
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    // Only the first line: what follows may quote the file, keys and all.
    return fail({ where: 'Temporal connection', rule: (error as Error).message.split('\n')[0] ?? 'unreadable' });
  }
}

function fail(problem: ConfigProblem): never {
  throw new ConfigError([problem]);
}
