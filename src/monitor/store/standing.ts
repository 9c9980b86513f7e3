import type { FailureClass } from '../../domain/failure-classes.ts';
import type { Database, Row } from './database.ts';
import type { Names } from './names.ts';
import type { Filter, InHand, TaskLinkRow, TaskRow } from './views.ts';

const IN_HAND = `coalesce(sum(waiting), 0) AS waiting, coalesce(sum(submitted), 0) AS submitted, coalesce(sum(retry), 0) AS retry,
  coalesce(sum(held), 0) AS held, coalesce(sum(open_bytes), 0) AS open_bytes`;

const inHand = (row: Row): InHand => ({
  ...{ waiting: Number(row['waiting']), submitted: Number(row['submitted']), retry: Number(row['retry']) },
  ...{ held: Number(row['held']), openBytes: Number(row['open_bytes']) },
});

/** Failures of a class as they stand. */
export interface StandingFailures {
  now: number;
  tasks: number;
  examples: { task: string; reason: string }[];
}

/** Examples told of a failure class. */
const EXAMPLES = 5;

/** Where everything stood when it was sampled last. */
export class Standing {
  readonly #database: Database;
  readonly #names: Names;

  constructor(database: Database, names: Names) {
    this.#database = database;
    this.#names = names;
  }

  /** The last round, and the last one that found Temporal. */
  lastRounds(): { last: Row | undefined; good: Row | undefined } {
    const last = this.#database.get('SELECT * FROM samples ORDER BY at DESC LIMIT 1');
    const good = this.#database.get('SELECT * FROM samples WHERE error IS NULL ORDER BY at DESC LIMIT 1');
    return { last, good };
  }

  /** Files in hand by link. */
  links(filter: Filter): Map<string, InHand & { source: string; destination: string }> {
    const where = this.#conditions(filter);
    const rows = this.#database.all(
      `SELECT s.name AS source_name, d.name AS destination_name, ${IN_HAND}
       FROM task_links l JOIN tasks t ON t.id = l.task JOIN names s ON s.id = l.source JOIN names d ON d.id = l.destination
       WHERE t.ended_at IS NULL ${where.sql} GROUP BY l.source, l.destination`,
      ...where.values,
    );
    return new Map(
      rows.map((row) => {
        const [source, destination] = [String(row['source_name']), String(row['destination_name'])];
        return [`${source} ${destination}`, { source, destination, ...inHand(row) }];
      }),
    );
  }

  /** Files in hand, and open tasks, by user. */
  users(): Map<string, InHand & { openTasks: number }> {
    const rows = this.#database.all(
      `SELECT n.name AS name, count(DISTINCT t.id) AS tasks, ${IN_HAND}
       FROM tasks t JOIN names n ON n.id = t.user LEFT JOIN task_links l ON l.task = t.id
       WHERE t.ended_at IS NULL GROUP BY t.user`,
    );
    return new Map(rows.map((row) => [String(row['name']), { ...inHand(row), openTasks: Number(row['tasks']) }]));
  }

  /** Tasks: those that are open and those that ended since `since`, the one that changed last first. Files of the filter's link, where it names one. */
  tasks(filter: Filter, since: number, limit: number): TaskRow[] {
    const where = this.#conditions(filter);
    const rows = this.#database.all(
      `SELECT n.name AS name, u.name AS owner, t.*, ${IN_HAND}, coalesce(sum(l.files), 0) AS files, coalesce(sum(l.done), 0) AS done,
         coalesce(sum(l.failed), 0) AS failed, coalesce(sum(l.killed), 0) AS killed, coalesce(sum(l.done_bytes), 0) AS done_bytes
       FROM tasks t JOIN names n ON n.id = t.id JOIN names u ON u.id = t.user
         ${filter.source || filter.destination ? '' : 'LEFT'} JOIN task_links l ON l.task = t.id
       WHERE (t.ended_at IS NULL OR t.ended_at >= ?) ${where.sql}
       GROUP BY t.id ORDER BY t.ended_at IS NOT NULL, t.changed_at DESC LIMIT ?`,
      ...[since, ...where.values, limit],
    );
    return rows.map(taskRow);
  }

  /** Failures of tasks that are open, or ended since `since`, by class, with examples of different reasons of these tasks. */
  failures(filter: Filter, since: number): Map<FailureClass, StandingFailures> {
    const where = this.#conditions(filter);
    const rows = this.#database.all(
      `SELECT l.class AS class, sum(l.files) AS files, r.reasons AS reasons, n.name AS task
       FROM task_failures l JOIN tasks t ON t.id = l.task JOIN names n ON n.id = t.id
         LEFT JOIN task_reasons r ON r.task = l.task AND r.class = l.class
       WHERE (t.ended_at IS NULL OR t.ended_at >= ?) ${where.sql} GROUP BY l.class, l.task ORDER BY t.changed_at DESC`,
      ...[since, ...where.values],
    );
    const classes = new Map<FailureClass, StandingFailures>();
    for (const row of rows) {
      const name = String(row['class']) as FailureClass;
      const known = classes.get(name) ?? { now: 0, tasks: 0, examples: [] };
      known.now += Number(row['files']);
      known.tasks += 1;
      for (const reason of JSON.parse(String(row['reasons'] ?? '[]')) as string[])
        if (known.examples.length < EXAMPLES && !known.examples.some((example) => example.reason === reason))
          known.examples.push({ task: String(row['task']), reason });
      classes.set(name, known);
    }
    return classes;
  }

  /** Links of a task as it told them last, absolute numbers. */
  taskLinks(task: string): TaskLinkRow[] {
    const rows = this.#database.all(
      `SELECT s.name AS source_name, d.name AS destination_name, l.*
       FROM task_links l JOIN names s ON s.id = l.source JOIN names d ON d.id = l.destination
       WHERE l.task = ? ORDER BY l.files DESC`,
      this.#names.find(task) ?? -1,
    );
    return rows.map((row) => ({
      ...{ source: String(row['source_name']), destination: String(row['destination_name']), ...inHand(row) },
      ...{ files: Number(row['files']), done: Number(row['done']), failed: Number(row['failed']) },
      ...{ killed: Number(row['killed']), doneBytes: Number(row['done_bytes']) },
    }));
  }

  /** The task was asked after it had ended, then. */
  isSettled(task: string, endedAt: Date | null): boolean {
    const row = this.#database.get(
      'SELECT ended_at FROM tasks WHERE settled = 1 AND id = ?',
      this.#names.find(task) ?? -1,
    );
    return row !== undefined && Number(row['ended_at']) >= Math.floor(Number(endedAt) / 1000);
  }

  /** Tasks that ran when they were asked last. */
  openTasks(): string[] {
    const rows = this.#database.all('SELECT name FROM tasks JOIN names USING (id) WHERE settled = 0');
    return rows.map((row) => String(row['name']));
  }

  #conditions({ source, destination, user, task }: Filter): { sql: string; values: number[] } {
    const columns: [string, string | undefined][] = [
      ...([
        ['l.source', source],
        ['l.destination', destination],
      ] as [string, string | undefined][]),
      ...([
        ['t.user', user],
        ['t.id', task],
      ] as [string, string | undefined][]),
    ];
    const given = columns.filter(([, name]) => name !== undefined);
    return {
      sql: given.map(([column]) => ` AND ${column} = ?`).join(''),
      values: given.map(([, name = '']) => this.#names.find(name) ?? -1),
    };
  }
}

const taskRow = (row: Row): TaskRow => ({
  ...{ task: String(row['name']), user: String(row['owner']), ...inHand(row) },
  ...{ openedAt: Number(row['opened_at']), changedAt: Number(row['changed_at']) },
  ...{ endedAt: row['ended_at'] === null ? null : Number(row['ended_at']), paused: row['paused'] === 1 },
  ...{ files: Number(row['files']), done: Number(row['done']), failed: Number(row['failed']) },
  ...{ killed: Number(row['killed']), rejected: Number(row['rejected']), doneBytes: Number(row['done_bytes']) },
  ...{
    publishing: Number(row['acquired']),
    published: Number(row['published']),
    unpublished: Number(row['unpublished']),
  },
  waitsFor: JSON.parse(String(row['waits_for'])) as string[],
});
