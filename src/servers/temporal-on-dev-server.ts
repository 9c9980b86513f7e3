import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer } from '../workers/dev-server.ts';
import type { TemporalOptions, TemporalServer } from './temporal-server.ts';

/** Temporal's dev server, in memory or on a SQLite file of its own, which `close` removes. */
export async function startTemporalOnDevServer(
  store: 'memory' | 'file',
  { dynamicConfig = {}, logs }: TemporalOptions = {},
): Promise<TemporalServer> {
  const folder = store === 'file' ? await mkdtemp(join(tmpdir(), 'aso-temporal-')) : null;
  const options = {
    log: logs === undefined ? null : join(logs, 'temporal.log'),
    ...(folder !== null && { dbFile: join(folder, 'temporal.db') }),
    extraArgs: Object.entries(dynamicConfig).flatMap(([name, value]) => [
      '--dynamic-config-value',
      `${name}=${JSON.stringify(value)}`,
    ]),
  };
  let server = await startDevServer(options);
  const { address, namespace, uiUrl } = server;
  const port = Number(address.split(':').at(-1));
  const stop = (): Promise<void> => server.close();
  return {
    ...{ store, address, namespace, uiUrl, stop, database: null },
    get pid() {
      return server.pid;
    },
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.close();
    },
    async restart() {
      await stop();
      server = await startDevServer({ ...options, port });
    },
    async close() {
      await stop();
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}
