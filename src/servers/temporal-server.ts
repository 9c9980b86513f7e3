import type { DevServer } from '../workers/dev-server.ts';
import type { Postgresql } from './postgresql.ts';
import type { SqlPlugin } from './server-config.ts';

/** What Temporal keeps its state in: the dev server's memory or SQLite file, or PostgreSQL under the full server. */
export const TEMPORAL_STORES = ['memory', 'file', 'postgresql'] as const;
export type TemporalStore = (typeof TEMPORAL_STORES)[number];

/** A Temporal server of our own with our search attributes, whatever it keeps its state in. It ends with this process. */
export interface TemporalServer extends DevServer {
  readonly store: TemporalStore;
  /** PostgreSQL, where that is the store: it may be killed, stopped and started again by itself. */
  readonly database: Postgresql | null;
  /** Process id of the server that runs now. */
  readonly pid: number;
  /** Ends the server, not its database, with SIGKILL. What was in memory is lost. */
  kill(): Promise<void>;
  /** Ends the server, not its database, in good order. */
  stop(): Promise<void>;
  /**
   * Starts the server again where it was; one that runs is stopped. Returns when it answers.
   * @param database another PostgreSQL that has its state: a standby that was promoted, a backup. @default the state it had
   */
  restart(database?: Postgresql): Promise<void>;
}

export interface TemporalOptions {
  /** Settings of the server that differ, as in its dynamic configuration. */
  dynamicConfig?: Readonly<Record<string, unknown>>;
  /** History shards, on PostgreSQL. @default 4 */
  historyShards?: number;
  /** How the server speaks to PostgreSQL. @default 'postgres12_pgx' */
  sqlPlugin?: SqlPlugin;
  /** Settings of PostgreSQL that differ. */
  postgresql?: Readonly<Record<string, string>>;
  /** Folder in which the server, and PostgreSQL, leave all that they write, as `temporal.log` and `postgresql.log`. @default none */
  logs?: string;
  /** How long closed workflows are kept, on PostgreSQL. @default 1 day */
  retentionDays?: number;
  /** Folder that histories of closed workflows may be archived in, on PostgreSQL; a namespace has to ask for it. @default none */
  archive?: string | null;
}
