import { DATABASES } from '../../src/servers/server-config.ts';
import type { Postgresql } from '../../src/servers/postgresql.ts';

/** What Temporal keeps, by what it is good for. */
export const KINDS = ['history', 'state', 'visibility', 'queues'] as const;
export type Kind = (typeof KINDS)[number];
/** Bytes of tables with their indexes. */
export type Sizes = Record<Kind, number>;

/** Tables of Temporal's schema 1.18 by kind; all others hold what runs hold among themselves, and count as state. */
const TABLES: readonly (readonly [Kind, RegExp])[] = [
  ['history', /^history_(node|tree)$/],
  ['visibility', /visibility$/],
  ['queues', /_tasks$|^tasks(_v2)?$|^task_queue|^queue/],
];

const SIZE_OF_TABLES = `SELECT relname, pg_total_relation_size(c.oid) FROM pg_class c
  JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = 'public'`;

/** Bytes of both of Temporal's databases: tables and their indexes, as they lie there. The write-ahead log is not among them. */
export async function databaseSizes(database: Postgresql): Promise<Sizes> {
  const sizes: Sizes = { history: 0, state: 0, visibility: 0, queues: 0 };
  for (const name of Object.values(DATABASES))
    for (const line of await database.query(name, SIZE_OF_TABLES)) {
      const [table = '', bytes] = line.split('|');
      sizes[TABLES.find(([, pattern]) => pattern.test(table))?.[0] ?? 'state'] += Number(bytes);
    }
  return sizes;
}

/** Takes out what dead rows took up. `full`: tables are written anew, so that they are as large as what is in them. */
export async function vacuum(database: Postgresql, { full = false } = {}): Promise<void> {
  for (const name of Object.values(DATABASES)) await database.query(name, full ? 'VACUUM FULL' : 'VACUUM');
}

/** Bytes that have been written to the log that standbys and backups live by. */
export async function writeAheadLog(database: Postgresql): Promise<number> {
  const [bytes] = await database.query('postgres', `SELECT pg_current_wal_lsn() - '0/0'::pg_lsn`);
  return Number(bytes);
}

/**
 * Rows of histories that no run has. Each start that loses a race against another of the same workflow leaves two, which Temporal's own scanner
 * removes after 60 days (worker.historyScannerDataMinAge).
 */
export async function orphanRows(database: Postgresql): Promise<number> {
  const counts = ['history_tree', 'history_node'].map(
    (table) => `(SELECT count(*) FROM ${table} WHERE tree_id NOT IN (SELECT run_id FROM executions))`,
  );
  const [rows] = await database.query(DATABASES.default, `SELECT ${counts.join(' + ')}`);
  return Number(rows);
}

/** Rows of runs of a namespace, and rows of histories that no run has. */
export async function rowsOfRuns(database: Postgresql, namespace: string): Promise<number> {
  const [id = ''] = await database.query(DATABASES.default, `SELECT encode(id, 'hex') FROM namespaces WHERE name = '${namespace}'`); // prettier-ignore
  const runs = `SELECT count(*) FROM executions WHERE namespace_id = decode('${id}', 'hex')`;
  const listed = `SELECT count(*) FROM executions_visibility WHERE replace(namespace_id, '-', '') = '${id}'`;
  const answers = [
    ...(await database.query(DATABASES.default, runs)),
    ...(await database.query(DATABASES.visibility, listed)),
  ];
  return answers.reduce((total, count) => total + Number(count), await orphanRows(database));
}

export const sum = (sizes: Sizes): number => KINDS.reduce((total, kind) => total + sizes[kind], 0);

/** What has come since. */
export const grown = (after: Sizes, before: Sizes): Sizes =>
  Object.fromEntries(KINDS.map((kind) => [kind, after[kind] - before[kind]])) as Sizes;
