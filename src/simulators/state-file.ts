import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** One thing that a simulator knows. */
interface Kept {
  kind: string;
  key: string | null;
  value: string;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS kept (
  place INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT, value TEXT NOT NULL, UNIQUE (kind, key));
`;

/**
 * What a simulator knows, in an SQLite file that outlives it: JSON by kind and key, and lists of JSON by kind. What was written is
 * there when the process is killed a moment later; only a crash of the machine could lose it. Others may read it meanwhile.
 */
export class StateFile {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;

  /** @throws where the file cannot be opened, or made */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    // Without fsync: what is killed are processes, not machines.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000;');
    this.#database.exec(SCHEMA);
    this.#put = this.#database.prepare(
      'INSERT INTO kept (kind, key, value) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value',
    );
  }

  /** Keeps a value under its key; one that was there is replaced and stays at its place. */
  put(kind: string, key: string, value: unknown): void {
    this.#put.run(kind, key, JSON.stringify(value));
  }

  /** Adds a value to a list. */
  append(kind: string, value: unknown): void {
    this.#put.run(kind, null, JSON.stringify(value));
  }

  remove(kind: string, key: string): void {
    this.#database.prepare('DELETE FROM kept WHERE kind = ? AND key = ?').run(kind, key);
  }

  /** All of a kind, in the order in which they were first kept. */
  all<T>(kind: string): T[] {
    const rows = this.#database.prepare('SELECT value FROM kept WHERE kind = ? ORDER BY place').all(kind) as unknown;
    return (rows as Kept[]).map(({ value }) => JSON.parse(value) as T);
  }

  close(): void {
    this.#database.close();
  }
}

/** A list that is written down as it grows, and goes on where the process before this one ended. */
export class KeptList<T> {
  readonly #state: StateFile | null;
  readonly #kind: string;
  readonly #all: T[];

  /** @param state null: in memory only */
  constructor(state: StateFile | null, kind: string) {
    this.#state = state;
    this.#kind = kind;
    this.#all = state?.all<T>(kind) ?? [];
  }

  /** In order. */
  get all(): readonly T[] {
    return this.#all;
  }

  push(entry: T): void {
    this.#all.push(entry);
    this.#state?.append(this.#kind, entry);
  }
}
