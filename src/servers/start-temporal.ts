import { startTemporalOnDevServer } from './temporal-on-dev-server.ts';
import { startTemporalOnPostgresql } from './temporal-on-postgresql.ts';
import type { TemporalOptions, TemporalServer, TemporalStore } from './temporal-server.ts';

/**
 * Starts a Temporal server on one of its stores. Returns once it answers and knows our search attributes: after about a second for the
 * dev server, five for PostgreSQL.
 * @throws Error naming the programs that are missing, and how to get them
 */
export function startTemporal({
  store,
  ...options
}: TemporalOptions & { store: TemporalStore }): Promise<TemporalServer> {
  return store === 'postgresql' ? startTemporalOnPostgresql(options) : startTemporalOnDevServer(store, options);
}
