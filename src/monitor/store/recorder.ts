import type { TaskStatus } from '../../contract/messages.ts';
import { addFlow, flowBetween, isNothing, LINK_COLUMNS, linkNumbers, noFlow, type LinkNumbers } from './absolute.ts';
import type { Database, Row } from './database.ts';
import type { Names } from './names.ts';
import { addGauges, addPoint, type Kind } from './points.ts';

/** A task as it answered. Times are epoch seconds. */
export interface SampledTask {
  status: TaskStatus;
  /** When it was asked. */
  askedAt: number;
  /** When its workflow ended; null while it runs. */
  endedAt: number | null;
}

/** A round of samples, for the record. */
export interface SampleNote {
  at: number;
  /** Open tasks, those of them that were asked, and those of these that did not answer. */
  tasks: number;
  asked: number;
  unanswered: number;
  tookMs: number;
  error: string | null;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/**
 * Turns what tasks say of themselves, absolute numbers, into what happened: differences to what they said last. Both are written in one
 * transaction, so that nothing is counted twice, whatever is killed in between.
 */
export class Recorder {
  readonly #database: Database;
  readonly #names: Names;

  constructor(database: Database, names: Names) {
    this.#database = database;
    this.#names = names;
  }

  /** This history begins now, unless it has begun. */
  begin(now: number): void {
    this.#database.run('INSERT OR IGNORE INTO history (only, begins_at) VALUES (1, ?)', now);
  }

  /**
   * Enters a task. An answer that is older than the one known changes nothing. Of a task that was there before this history began, the first
   * answer is where it starts from; of a younger one everything has happened since.
   */
  task({ status, askedAt, endedAt }: SampledTask): void {
    try {
      this.#database.transaction(() => this.#enter(status, askedAt, endedAt));
    } catch (error) {
      this.#names.forget();
      throw error;
    }
  }

  /** A task that has ended and can tell nothing more: Temporal has forgotten it. */
  gone(task: string, endedAt: number): void {
    const id = this.#names.find(task) ?? -1;
    this.#database.run('UPDATE tasks SET ended_at = coalesce(ended_at, ?), settled = 1 WHERE id = ?', endedAt, id);
  }

  /** Ends a round: how many files were in hand at that moment, and how the round went. */
  round({ at, tasks, asked, unanswered, tookMs, error }: SampleNote): void {
    this.#database.transaction(() => {
      if (error === null) addGauges(this.#database, at);
      this.#database.run(
        'INSERT OR REPLACE INTO samples (at, tasks, asked, unanswered, took_ms, error) VALUES (?, ?, ?, ?, ?, ?)',
        ...[at, tasks, asked, unanswered, tookMs, error],
      );
    });
  }

  #enter(status: TaskStatus, askedAt: number, endedAt: number | null): void {
    const { user, links, publication, openedAt } = status;
    const task = this.#names.id(status.task);
    const known = this.#database.get('SELECT * FROM tasks WHERE id = ?', task);
    if (known && Number(known['asked_at']) > askedAt) return;
    const begins = Number(this.#database.get('SELECT begins_at FROM history')?.['begins_at'] ?? askedAt);
    const isNews = known !== undefined || seconds(openedAt) >= begins;
    const add = (kind: Kind, flow: ReturnType<typeof noFlow>, a = 0, b = 0): void =>
      addPoint(this.#database, { kind, at: askedAt, a, b }, flow);

    const total = noFlow();
    total.published = news(known, 'published', publication.DONE);
    total.unpublished = news(known, 'unpublished', publication.FAILED);
    this.#enterTask(task, status, askedAt, endedAt);
    for (const link of links) {
      const [source, destination] = [this.#names.id(link.source), this.#names.id(link.destination)];
      const now = linkNumbers(link);
      const flow = flowBetween(this.#linkBefore(task, source, destination), now);
      this.#enterLink(task, source, destination, now);
      if (isNews && !isNothing(flow)) add('link', flow, source, destination);
      addFlow(total, flow);
    }
    const failures = this.#enterFailures(task, status);
    if (!isNews) return;
    for (const [name, files] of failures)
      if (files > 0) add('class', { ...noFlow(), failed: files }, this.#names.id(name));
    if (isNothing(total)) return;
    add('all', total);
    add('user', total, this.#names.id(user));
    add('task', total, task);
  }

  #enterTask(task: number, status: TaskStatus, askedAt: number, endedAt: number | null): void {
    const { user, paused, transfer, publication, openedAt, lastChangeAt } = status;
    this.#database.run(
      `INSERT INTO tasks (id, user, asked_at, opened_at, changed_at, ended_at, settled, paused, rejected, acquired, published,
         unpublished, waits_for)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET asked_at = excluded.asked_at, opened_at = excluded.opened_at,
         changed_at = excluded.changed_at, ended_at = excluded.ended_at, settled = excluded.settled, paused = excluded.paused,
         rejected = excluded.rejected, acquired = excluded.acquired, published = excluded.published,
         unpublished = excluded.unpublished, waits_for = excluded.waits_for`,
      ...[
        task,
        this.#names.id(user),
        askedAt,
        seconds(openedAt),
        seconds(lastChangeAt),
        endedAt,
        Number(endedAt !== null),
      ],
      ...[
        Number(paused),
        transfer.REJECTED ?? 0,
        publication.ACQUIRED ?? 0,
        publication.DONE ?? 0,
        publication.FAILED ?? 0,
      ],
      JSON.stringify(waitsOf(status)),
    );
  }

  #linkBefore(task: number, source: number, destination: number): LinkNumbers | null {
    const sql = 'SELECT * FROM task_links WHERE task = ? AND source = ? AND destination = ?';
    return (this.#database.get(sql, task, source, destination) as LinkNumbers | undefined) ?? null;
  }

  #enterLink(task: number, source: number, destination: number, now: LinkNumbers): void {
    const marks = LINK_COLUMNS.map(() => '?').join(', ');
    this.#database.run(
      `INSERT OR REPLACE INTO task_links (task, source, destination, ${LINK_COLUMNS.join(', ')}) VALUES (?, ?, ?, ${marks})`,
      ...[task, source, destination],
      ...LINK_COLUMNS.map((column) => now[column]),
    );
  }

  /** Enters the failures of a task by link and class; answers by how many files each class has grown. */
  #enterFailures(task: number, { links, failures }: TaskStatus): Map<string, number> {
    const grown = new Map<string, number>();
    const of = 'task = ? AND source = ? AND destination = ?';
    for (const link of links) {
      const key = [task, this.#names.id(link.source), this.#names.id(link.destination)];
      const rows = this.#database.all(`SELECT class, files FROM task_failures WHERE ${of}`, ...key);
      const before = new Map(rows.map((row) => [String(row['class']), Number(row['files'])]));
      if (rows.length > 0) this.#database.run(`DELETE FROM task_failures WHERE ${of}`, ...key);
      for (const [name, files] of Object.entries(link.failures)) {
        const sql = 'INSERT INTO task_failures (task, source, destination, class, files) VALUES (?, ?, ?, ?, ?)';
        this.#database.run(sql, ...key, name, files);
        grown.set(name, (grown.get(name) ?? 0) + Math.max(0, files - (before.get(name) ?? 0)));
      }
    }
    for (const { class: name, reasons } of failures) {
      const sql = 'INSERT OR REPLACE INTO task_reasons (task, class, reasons) VALUES (?, ?, ?)';
      this.#database.run(sql, task, name, JSON.stringify(reasons));
    }
    return grown;
  }
}

/** What a task waits for, as a whole and for single links. */
const waitsOf = ({ waitsFor, held }: TaskStatus): string[] => [
  ...waitsFor,
  ...held.map(({ source, destination, files, reason }) => `${files} files ${source} → ${destination}: ${reason}`),
];

const news = (known: Row | undefined, column: string, now = 0): number =>
  Math.max(0, now - Number(known?.[column] ?? 0));
