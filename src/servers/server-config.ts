import { SERVER_SETTINGS } from '../workers/server-settings.ts';

/** What Temporal's full server keeps its state in. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password: string;
}

/**
 * Temporal's two ways to speak to PostgreSQL. pgx keeps its statements prepared on each connection; lib/pq has each one parsed and planned anew, and
 * asks twice.
 */
export type SqlPlugin = 'postgres12_pgx' | 'postgres12';
/** The one that is shipped. */
export const SQL_PLUGIN: SqlPlugin = 'postgres12_pgx';

export interface ServerConfigOptions {
  /** @default 'postgres12_pgx' */
  sqlPlugin?: SqlPlugin | undefined;
  database: DatabaseAddress;
  host: string;
  ports: readonly number[];
  /** File of settings that the server looks at again while it runs. */
  dynamicConfig: string;
  historyShards: number;
  /** Folder that histories of closed workflows are archived in, as JSON, where a namespace asks for it. */
  archive: string | null;
}

/** Its services; the order is that of their ports. */
export const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;
/** Each service has a port for calls and one to find the others; the front end one for HTTP, too. */
export const PORTS = 2 * SERVICES.length + 1;

/** Connections that each service of a server opens at the most. Temporal's own example has 20 and 2; more than one task's batches list themselves at a time here. */
const POOLS = { default: 20, visibility: 10 } as const;
/**
 * What PostgreSQL allows. A server with all its services takes 120, and those of one that was killed are there until they are noticed; its own
 * default, 100, is less than one server's. docker-compose.yml has the same, whose image has the same pools.
 */
export const MAX_CONNECTIONS = 300;

export const DATABASES = { default: 'temporal', visibility: 'temporal_visibility' } as const;

/**
 * Settings as in production; and that timers are not moved by up to a second, as the server otherwise may. What the dev server has, that search
 * attributes are looked up for each read, is not among them: a list asks its database for each of its rows then, and lists of some hundred
 * workflows exceed what the front end may ask it for. Attributes in SQL are columns that are there from the start.
 */
export const DYNAMIC_CONFIG: Readonly<Record<string, unknown>> = {
  ...SERVER_SETTINGS,
  'history.timerProcessorMaxTimeShift': '1ms',
};

/** Temporal's file of these settings: JSON is YAML. */
export const dynamicConfigText = (settings: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, [{ value }]])), null, 2);

/** Histories go into a folder when their workflows have closed, and are read from there when the database has none of them any more. */
const archivalConfig = (folder: string): object => ({
  archival: {
    history: {
      ...{ state: 'enabled', enableRead: true },
      provider: { filestore: { fileMode: '0600', dirMode: '0700' } },
    },
    visibility: { state: 'disabled', enableRead: false },
  },
  namespaceDefaults: { archival: { history: { state: 'disabled', URI: archiveUri(folder) } } },
});

/** How a namespace names the folder. */
export const archiveUri = (folder: string): string => `file://${folder}`;

/** Configuration of a server that runs all services in one process, as its file has it: JSON is YAML. */
export function serverConfigText(options: ServerConfigOptions): string {
  const { database, host, ports, dynamicConfig, historyShards, sqlPlugin = SQL_PLUGIN, archive } = options;
  const store = (databaseName: string, connections: number): object => ({
    sql: {
      pluginName: sqlPlugin,
      databaseName,
      connectAddr: `${database.host}:${database.port}`,
      connectProtocol: 'tcp',
      user: database.user,
      password: database.password,
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const rpc = (at: number): object => ({ grpcPort: ports[2 * at], membershipPort: ports[2 * at + 1], bindOnIP: host });
  const services = Object.fromEntries(SERVICES.map((service, at) => [service, { rpc: rpc(at) }]));
  const config = {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: historyShards,
      datastores: {
        default: store(DATABASES.default, POOLS.default),
        visibility: store(DATABASES.visibility, POOLS.visibility),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: host } },
    services: { ...services, frontend: { rpc: { ...rpc(0), httpPort: ports[PORTS - 1] } } },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `${host}:${ports[0]}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '10s' },
    ...(archive === null ? {} : archivalConfig(archive)),
  };
  return JSON.stringify(config, null, 2);
}
