import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startTemporal } from '../../src/servers/start-temporal.ts';
import {
  TEMPORAL_STORES,
  type TemporalOptions,
  type TemporalServer,
  type TemporalStore,
} from '../../src/servers/temporal-server.ts';
import { startDevServer, type DevServer } from '../../src/workers/dev-server.ts';
import { cpuSeconds, cpuSecondsOfTree } from './cpu.ts';

export { TEMPORAL_STORES as STORES };
export type Store = TemporalStore;

/** What a store is called in tables. */
export const STORE_NAMES: Readonly<Record<Store, string>> = {
  ...{ memory: 'dev server, in memory', file: 'dev server, SQLite file', postgresql: 'server, PostgreSQL' },
};

/** A Temporal server that something is measured on. */
export interface BenchServer extends DevServer {
  /** Seconds of CPU that the server has used, and its database where that is a program of its own; null where the system does not tell. */
  cpu(): { server: number | null; database: number | null };
  /** Bytes on disk; null where nothing is on disk. */
  databaseBytes(): Promise<number | null>;
}

/**
 * Starts a server on a store.
 * @param folder for what it keeps; what lies there already is gone on with
 * @param port of a dev server; any by default
 * @param settings what differs, on PostgreSQL
 */
export async function startServer(
  store: Store,
  folder: string,
  port?: number,
  settings: TemporalOptions = {},
): Promise<BenchServer> {
  if (store === 'postgresql') return onPostgresql(await startTemporal({ ...settings, store }));
  const dbFile = join(folder, 'temporal.db');
  const server = await startDevServer({ ...(store === 'file' && { dbFile }), ...(port !== undefined && { port }) });
  const sizes = async (): Promise<number> => (await sizeOf(dbFile)) + (await sizeOf(`${dbFile}-wal`));
  return {
    ...server,
    cpu: () => ({ server: cpuSeconds(server.pid), database: null }),
    databaseBytes: store === 'file' ? sizes : () => Promise.resolve(null),
  };
}

function onPostgresql(server: TemporalServer): BenchServer {
  const { database } = server;
  if (!database) throw new Error('a server on PostgreSQL that has none');
  return {
    ...{ address: server.address, namespace: server.namespace, uiUrl: server.uiUrl, pid: server.pid },
    close: () => server.close(),
    cpu: () => ({ server: cpuSeconds(server.pid), database: cpuSecondsOfTree(database.pid) }),
    async databaseBytes() {
      const [bytes] = await database.query('postgres', 'SELECT sum(pg_database_size(oid)) FROM pg_database');
      return Number(bytes);
    },
  };
}

/** Of a file; 0 where there is none. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
