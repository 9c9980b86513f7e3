import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startDevServer, type DevServer } from '../../src/workers/dev-server.ts';
import { cpuSecondsOfTree } from './cpu.ts';

/** Where Temporal's server keeps its state: the dev server in memory or on an SQLite file, or the full server on PostgreSQL. */
export const STORES = ['memory', 'file', 'postgresql'] as const;
export type Store = (typeof STORES)[number];

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
 * Starts a server on a store that is empty.
 * @param folder for what it keeps
 * @param port of the front end; default a free one
 */
export async function startServer(store: Store, folder: string, port?: number): Promise<BenchServer> {
  if (store === 'postgresql') throw new Error('PostgreSQL cannot be measured on yet');
  const dbFile = join(folder, 'temporal.db');
  const server = await startDevServer({
    ...(store === 'file' ? { dbFile } : {}),
    ...(port === undefined ? {} : { port }),
  });
  const sizeOf = (path: string): Promise<number> => stat(path).then(({ size }) => size, () => 0); // prettier-ignore
  return {
    ...server,
    cpu: () => ({ server: cpuSecondsOfTree(server.pid), database: null }),
    databaseBytes: async () => (store === 'file' ? (await sizeOf(dbFile)) + (await sizeOf(`${dbFile}-wal`)) : null),
  };
}
