import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { setUpNamespace } from '../workers/setup-namespace.ts';
import { findServerPrograms } from './find-programs.ts';
import { FullServer } from './full-server.ts';
import { Postgresql } from './postgresql.ts';
import { createTemporalDatabases } from './temporal-databases.ts';
import type { TemporalOptions, TemporalServer } from './temporal-server.ts';

const NAMESPACE = 'default';

/** PostgreSQL, Temporal's databases in it, and one process of its full server with our namespace. `close` removes all of it. */
export async function startTemporalOnPostgresql(options: TemporalOptions = {}): Promise<TemporalServer> {
  const { dynamicConfig = {}, historyShards = 4, sqlPlugin, retentionDays = 1, archive = null } = options;
  const programs = findServerPrograms();
  const logOf = (name: string): string | null =>
    options.logs === undefined ? null : join(options.logs, `${name}.log`);
  const database = await Postgresql.start({
    ...{ programs: programs.postgresql, settings: options.postgresql ?? {}, log: logOf('postgresql') },
  });
  let server: FullServer | null = null;
  try {
    await createTemporalDatabases(programs.sqlTool, database);
    server = await FullServer.start({
      ...{ program: programs.server, database, historyShards, dynamicConfig, sqlPlugin, archive },
      log: logOf('temporal'),
    });
    await prepareNamespace(server.address, retentionDays);
    return asTemporalServer(server, database);
  } catch (error) {
    await server?.close();
    await database.close();
    throw error;
  }
}

async function prepareNamespace(address: string, retentionDays: number): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await setUpNamespace(connection, NAMESPACE, { retentionDays, say: () => undefined });
  } finally {
    await connection.close();
  }
}

const asTemporalServer = (server: FullServer, database: Postgresql): TemporalServer => ({
  ...{ store: 'postgresql', address: server.address, namespace: NAMESPACE, uiUrl: null, database },
  get pid() {
    return server.pid;
  },
  kill: () => server.kill(),
  stop: () => server.stop(),
  restart: (other) => server.restart(other),
  async close() {
    await server.close();
    await database.close();
  },
});
