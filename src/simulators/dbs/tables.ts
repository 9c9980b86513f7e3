import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** The tables, smaller than DBS's own and with the same keys. `names` holds its one-column tables by kind. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS names (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name));
CREATE TABLE IF NOT EXISTS primary_datasets (
  primary_ds_id INTEGER PRIMARY KEY, primary_ds_name TEXT NOT NULL UNIQUE, primary_ds_type TEXT NOT NULL,
  creation_date INTEGER, create_by TEXT);
CREATE TABLE IF NOT EXISTS processing_eras (
  processing_version INTEGER PRIMARY KEY, creation_date INTEGER, create_by TEXT, description TEXT);
CREATE TABLE IF NOT EXISTS acquisition_eras (
  acquisition_era_name TEXT PRIMARY KEY, start_date INTEGER, end_date INTEGER, creation_date INTEGER,
  create_by TEXT, description TEXT);
CREATE TABLE IF NOT EXISTS output_configs (
  config_id INTEGER PRIMARY KEY, release_version TEXT NOT NULL, pset_hash TEXT NOT NULL, pset_name TEXT,
  app_name TEXT NOT NULL, output_module_label TEXT NOT NULL, global_tag TEXT NOT NULL,
  creation_date INTEGER, create_by TEXT,
  UNIQUE (app_name, pset_hash, release_version, output_module_label, global_tag));
CREATE TABLE IF NOT EXISTS datasets (
  dataset_id INTEGER PRIMARY KEY, dataset TEXT NOT NULL UNIQUE, prep_id TEXT, xtcrosssection REAL,
  creation_date INTEGER, create_by TEXT, last_modification_date INTEGER, last_modified_by TEXT,
  primary_ds_name TEXT NOT NULL REFERENCES primary_datasets (primary_ds_name), processed_ds_name TEXT,
  data_tier_name TEXT, dataset_access_type TEXT, physics_group_name TEXT,
  acquisition_era_name TEXT REFERENCES acquisition_eras, processing_version INTEGER REFERENCES processing_eras);
CREATE TABLE IF NOT EXISTS dataset_configs (
  dataset_id INTEGER REFERENCES datasets, config_id INTEGER REFERENCES output_configs,
  PRIMARY KEY (dataset_id, config_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (
  block_id INTEGER PRIMARY KEY, block_name TEXT NOT NULL UNIQUE, dataset_id INTEGER NOT NULL REFERENCES datasets,
  open_for_writing INTEGER, origin_site_name TEXT NOT NULL, block_size INTEGER, file_count INTEGER,
  creation_date INTEGER, create_by TEXT, last_modification_date INTEGER, last_modified_by TEXT);
CREATE INDEX IF NOT EXISTS blocks_by_dataset ON blocks (dataset_id);
-- A file's id as DBS shows it is a nanosecond stamp that no JSON number holds; it is kept as text and shown bare.
CREATE TABLE IF NOT EXISTS files (
  id INTEGER PRIMARY KEY, shown_id TEXT NOT NULL, logical_file_name TEXT NOT NULL UNIQUE,
  is_file_valid INTEGER NOT NULL, dataset_id INTEGER NOT NULL REFERENCES datasets,
  block_id INTEGER NOT NULL REFERENCES blocks, file_type TEXT NOT NULL, check_sum TEXT NOT NULL,
  event_count INTEGER, file_size INTEGER NOT NULL, adler32 TEXT NOT NULL, md5 TEXT, auto_cross_section REAL,
  creation_date INTEGER, create_by TEXT, last_modification_date INTEGER, last_modified_by TEXT);
CREATE INDEX IF NOT EXISTS files_by_block ON files (block_id);
CREATE INDEX IF NOT EXISTS files_by_dataset ON files (dataset_id);
CREATE TABLE IF NOT EXISTS file_configs (
  file_id INTEGER REFERENCES files, config_id INTEGER REFERENCES output_configs,
  PRIMARY KEY (file_id, config_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file_lumis (
  file_id INTEGER REFERENCES files, run_num INTEGER, lumi_section_num INTEGER, event_count INTEGER,
  PRIMARY KEY (file_id, run_num, lumi_section_num)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file_parents (
  this_file_id INTEGER REFERENCES files, parent_file_id INTEGER REFERENCES files,
  PRIMARY KEY (this_file_id, parent_file_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dataset_parents (
  this_dataset_id INTEGER REFERENCES datasets, parent_dataset_id INTEGER REFERENCES datasets,
  PRIMARY KEY (this_dataset_id, parent_dataset_id)) WITHOUT ROWID;

-- Rows that every instance of DBS has before anybody writes to it.
INSERT OR IGNORE INTO names (kind, name) VALUES ('file_type', 'EDM'), ('dataset_access_type', 'VALID'),
  ('dataset_access_type', 'INVALID'), ('dataset_access_type', 'PRODUCTION'),
  ('dataset_access_type', 'DEPRECATED'), ('dataset_access_type', 'DELETED');
INSERT OR IGNORE INTO processing_eras VALUES (1, 0, 'CMSDBS', 'CRAB3_processing_era');
INSERT OR IGNORE INTO acquisition_eras VALUES ('CRAB', 0, 0, 1355000000, 'CMSDBS', 'CRAB3 private MC');
`;

/** One row of a query: column names to values. */
export type Row = Record<string, string | number | null>;

/** A parameter of a statement. */
export type Value = string | number | null;

/** Statements kept ready; those with lists of names are as many as there are lengths. */
const MOST_PREPARED = 500;

/** DBS's tables in SQLite. */
export class Tables {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /** @param location a file, or `:memory:` */
  constructor(location: string) {
    this.#database = new DatabaseSync(location);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
    this.#database.exec(SCHEMA);
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  /** Executes a statement; tells the id of the row it inserted. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  /** Inserts a row by column names; tells its id. */
  insert(table: string, row: Row, conflict: 'ABORT' | 'IGNORE' = 'ABORT'): number {
    const columns = Object.keys(row);
    const marks = columns.map(() => '?').join(', ');
    const sql = `INSERT OR ${conflict} INTO ${table} (${columns.join(', ')}) VALUES (${marks})`;
    return this.run(sql, ...Object.values(row));
  }

  /** A statement for many executions. */
  prepare(sql: string): (...values: Value[]) => void {
    const statement = this.#statement(sql);
    return (...values) => void statement.run(...values);
  }

  /** All or nothing: what `work` throws undoes what it wrote. Within another one it is part of that. */
  transaction<T>(work: () => T): T {
    if (this.#database.isTransaction) return work();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement) return statement;
    if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear();
    this.#prepared.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}
