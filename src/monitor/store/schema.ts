/** Tells our databases from those of other programs: "ASOm". */
export const APPLICATION_ID = 0x41_53_4f_6d;

/** Bucket widths that are kept, seconds. */
export const STEPS = { minute: 60, hour: 3600 } as const;

/**
 * One script per version, in order; what was released is never changed. `points` holds what happened per bucket: its first columns are sums
 * of differences, the last four sums over `samples`, so that any number of buckets together have a mean.
 * `a` and `b` say whose: source and destination of a `link`, otherwise `a` alone; 0 for none.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  INSERT INTO names (id, name) VALUES (0, '');

  -- What each task said last: absolute numbers. Times are epoch seconds.
  CREATE TABLE tasks (
    id INTEGER PRIMARY KEY, user INTEGER NOT NULL, asked_at INTEGER NOT NULL, opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, ended_at INTEGER, settled INTEGER NOT NULL DEFAULT 0, paused INTEGER NOT NULL,
    rejected INTEGER NOT NULL, acquired INTEGER NOT NULL, published INTEGER NOT NULL, unpublished INTEGER NOT NULL,
    waits_for TEXT NOT NULL);
  CREATE TABLE task_links (
    task INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE, source INTEGER NOT NULL, destination INTEGER NOT NULL,
    files INTEGER NOT NULL, waiting INTEGER NOT NULL, submitted INTEGER NOT NULL, retry INTEGER NOT NULL, held INTEGER NOT NULL,
    done INTEGER NOT NULL, failed INTEGER NOT NULL, killed INTEGER NOT NULL,
    open_bytes INTEGER NOT NULL, done_bytes INTEGER NOT NULL, failed_bytes INTEGER NOT NULL,
    PRIMARY KEY (task, source, destination)) WITHOUT ROWID;
  CREATE TABLE task_failures (
    task INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE, source INTEGER NOT NULL, destination INTEGER NOT NULL,
    class TEXT NOT NULL, files INTEGER NOT NULL, PRIMARY KEY (task, source, destination, class)) WITHOUT ROWID;
  CREATE TABLE task_reasons (
    task INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE, class TEXT NOT NULL, reasons TEXT NOT NULL,
    PRIMARY KEY (task, class)) WITHOUT ROWID;

  CREATE TABLE points (
    step INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
    reported INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    killed INTEGER NOT NULL DEFAULT 0, done_bytes INTEGER NOT NULL DEFAULT 0, failed_bytes INTEGER NOT NULL DEFAULT 0,
    published INTEGER NOT NULL DEFAULT 0, unpublished INTEGER NOT NULL DEFAULT 0,
    samples INTEGER NOT NULL DEFAULT 0, active INTEGER NOT NULL DEFAULT 0, active_bytes INTEGER NOT NULL DEFAULT 0,
    acquired INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (step, kind, at, a, b)) WITHOUT ROWID;

  CREATE TABLE samples (
    at INTEGER PRIMARY KEY, tasks INTEGER NOT NULL, asked INTEGER NOT NULL, unanswered INTEGER NOT NULL,
    took_ms INTEGER NOT NULL, error TEXT);
  -- When this history begins: what was there before is no news.
  CREATE TABLE history (only INTEGER PRIMARY KEY CHECK (only = 1), begins_at INTEGER NOT NULL);
  CREATE TABLE lease (only INTEGER PRIMARY KEY CHECK (only = 1), owner TEXT NOT NULL, until INTEGER NOT NULL);
  `,
];
