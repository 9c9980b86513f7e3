import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { messageOf } from '../message-of.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/** The monitor's database cannot be used. Nothing in it has been changed. */
export class MonitorDatabaseError extends Error {
  override name = 'MonitorDatabaseError';
}

export type Row = Record<string, number | string | null>;

/** How long a writer waits for another process's transaction. */
const BUSY_MS = 5_000;

/** The monitor's SQLite database: opened, checked and brought to this version. */
export class Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param location a file, made where there is none, or `:memory:`
   * @throws MonitorDatabaseError where it is damaged, somebody else's, or of a newer version; it is left as it is
   */
  constructor(location: string) {
    const path = `monitor database ${location}`;
    try {
      this.#database = new DatabaseSync(location);
    } catch (error) {
      throw new MonitorDatabaseError(
        `${path} cannot be opened: ${messageOf(error)}; is its folder there and writable?`,
      );
    }
    try {
      this.#check(path);
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`);
      this.#database.exec('PRAGMA foreign_keys = ON;');
      this.#migrate();
    } catch (error) {
      this.#database.close();
      if (error instanceof MonitorDatabaseError) throw error;
      throw new MonitorDatabaseError(
        `${path} is damaged or no SQLite database (${messageOf(error)}): restore it from a backup, or move it away to begin a new history`,
      );
    }
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** All or nothing, with no other writer in between. */
  transaction<T>(work: () => T): T {
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

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #pragma(name: string): number {
    return Number(Object.values(this.#database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  }

  #check(path: string): void {
    const version = this.#pragma('user_version');
    const owner = this.#pragma('application_id');
    const tables = Number(this.#database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
    if (tables > 0 && owner !== APPLICATION_ID)
      throw new MonitorDatabaseError(`${path} belongs to another program: name another file`);
    if (version > MIGRATIONS.length)
      throw new MonitorDatabaseError(
        `${path} is of version ${version}, and this release knows ${MIGRATIONS.length}: run the newer release, or name another file`,
      );
    const found = String(Object.values(this.#database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]);
    if (found !== 'ok') throw new Error(found.split('\n')[0]);
  }

  /** Each version in a transaction of its own; another process that does the same at the same time is waited for. */
  #migrate(): void {
    for (;;) {
      const isOver = this.transaction(() => {
        const version = this.#pragma('user_version');
        const script = MIGRATIONS[version];
        if (script === undefined) return true;
        this.#database.exec(script);
        this.#database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1};`);
        return false;
      });
      if (isOver) return;
    }
  }
}
