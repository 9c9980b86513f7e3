import type { Database } from './database.ts';

/** Names kept in memory, a few MB: a process that runs for months sees far more tasks. */
const KEPT_MAX = 50_000;

/** Numbers in place of texts that repeat in every row: tasks, users, sites, classes. */
export class Names {
  readonly #database: Database;
  readonly #keptMax: number;
  readonly #ids = new Map<string, number>([['', 0]]);

  constructor(database: Database, keptMax = KEPT_MAX) {
    this.#database = database;
    this.#keptMax = keptMax;
  }

  /** The number of a text; a new one is written down. */
  id(name: string): number {
    const known = this.find(name);
    if (known !== undefined) return known;
    this.#database.run('INSERT OR IGNORE INTO names (name) VALUES (?)', name);
    return this.find(name) ?? 0;
  }

  /** The number of a text that has one. */
  find(name: string): number | undefined {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#database.get('SELECT id FROM names WHERE name = ?', name)?.['id'];
    if (typeof id !== 'number') return undefined;
    if (this.#ids.size >= this.#keptMax) this.forget();
    this.#ids.set(name, id);
    return id;
  }

  /** Removes those that no row has any more. The last one stays, so that no number is ever given twice: another process may know it. */
  prune(): void {
    this.#database.run(
      `DELETE FROM names WHERE id > 0 AND id < (SELECT max(id) FROM names) AND id NOT IN (
         SELECT id FROM tasks UNION SELECT user FROM tasks
         UNION SELECT source FROM task_links UNION SELECT destination FROM task_links
         UNION SELECT source FROM task_failures UNION SELECT destination FROM task_failures
         UNION SELECT a FROM points UNION SELECT b FROM points)`,
    );
    this.forget();
  }

  /** Reads all of them again: what a transaction that was undone has written is not there. */
  forget(): void {
    this.#ids.clear();
    this.#ids.set('', 0);
  }
}
