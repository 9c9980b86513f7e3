import type { Database } from './database.ts';
import type { Names } from './names.ts';
import { STEPS } from './schema.ts';

/** How long is kept what, in days. */
export interface Retention {
  /** Buckets of a minute. */
  minutes: number;
  /** Buckets of an hour, and tasks that have ended. */
  hours: number;
}

const DAY = 86_400;

/** Removes what is older than it is to be kept, and names that nothing has any more. Answers how many buckets that were. */
export function prune(database: Database, names: Names, now: number, { minutes, hours }: Retention): number {
  return database.transaction(() => {
    let removed = 0;
    for (const kind of ['all', 'source', 'destination', 'link', 'user', 'task', 'class']) {
      const old = 'DELETE FROM points WHERE step = ? AND kind = ? AND at < ?';
      removed += database.run(old, STEPS.minute, kind, now - minutes * DAY);
      removed += database.run(old, STEPS.hour, kind, now - hours * DAY);
    }
    database.run('DELETE FROM samples WHERE at < ?', now - minutes * DAY);
    database.run('DELETE FROM tasks WHERE ended_at < ?', now - hours * DAY);
    names.prune();
    return removed;
  });
}

/**
 * Makes `owner` the one that writes, for so many seconds, unless somebody else is. Answers whether it is. Two monitors may so share a
 * database: one samples, both show.
 */
export function takeLease(database: Database, owner: string, now: number, seconds: number): boolean {
  return database.transaction(() => {
    const lease = database.get('SELECT owner, until FROM lease');
    if (lease && lease['owner'] !== owner && Number(lease['until']) > now) return false;
    database.run('INSERT OR REPLACE INTO lease (only, owner, until) VALUES (1, ?, ?)', owner, now + seconds);
    return true;
  });
}

/** Lets another one write at once. */
export function endLease(database: Database, owner: string): void {
  database.run('DELETE FROM lease WHERE owner = ?', owner);
}
