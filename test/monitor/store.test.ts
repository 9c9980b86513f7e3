import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { standingMetrics } from '../../src/monitor/server/metrics.ts';
import { Database } from '../../src/monitor/store/database.ts';
import { History } from '../../src/monitor/store/history.ts';
import { Names } from '../../src/monitor/store/names.ts';
import { Recorder } from '../../src/monitor/store/recorder.ts';
import { STEPS } from '../../src/monitor/store/schema.ts';
import { Standing } from '../../src/monitor/store/standing.ts';
import { endLease, prune, takeLease } from '../../src/monitor/store/upkeep.ts';
import { GB, statusOf, type LinkCase } from './statuses.ts';

const folder = mkdtempSync(join(tmpdir(), 'aso-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

const T0 = 1_800_000_000;
const TASK = '261122_100000:alice_crab_a';

it('names keep their numbers, however few of them are kept in memory', () => {
  const names = new Names(new Database(':memory:'), 3);
  const all = Array.from({ length: 10 }, (_, n) => `task ${n}`);
  const ids = all.map((name) => names.id(name));
  expect(new Set(ids).size).toBe(10);
  expect(all.map((name) => names.id(name))).toEqual(ids);
  expect(names.find('')).toBe(0);
});

/** A monitor's store; the history begins at T0. */
function open(location = ':memory:') {
  const database = new Database(location);
  const names = new Names(database);
  const recorder = new Recorder(database, names);
  recorder.begin(T0);
  const [history, standing] = [new History(database, names, 2), new Standing(database, names)];
  const tell = (
    at: number,
    links: LinkCase[],
    over: Parameters<typeof statusOf>[2] & { task?: string; endedAt?: number } = {},
  ): void =>
    recorder.task({
      status: statusOf(over.task ?? TASK, links, { openedAt: T0 + 1, ...over }),
      ...{ askedAt: at, endedAt: over.endedAt ?? null },
    });
  const round = (at: number): void => recorder.round({ at, tasks: 1, asked: 1, unanswered: 0, tookMs: 1, error: null });
  const totals = (hours = 1) => history.series({}, T0, T0 + hours * 3600, T0 + hours * 3600).totals;
  return { database, names, recorder, history, standing, tell, round, totals };
}

describe('metrics of what is in hand', () => {
  it('are by state and link, with the age of the sample, and nothing before the first one', () => {
    const { tell, round, standing } = open();
    expect(standingMetrics(standing, T0)).toBe('');
    tell(T0 + 60, [
      { open: 5, done: 3 },
      { source: 'T2_"odd"', open: 2 },
    ]);
    round(T0 + 60);
    const lines = standingMetrics(standing, T0 + 75).split('\n');
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      expect.stringMatching(/^aso_files_open\{state="\w+",source="\w+",destination="\w+"\} 5$/),
      expect.stringContaining('source="T2_\\"odd\\""'),
      'aso_sample_age_seconds 15',
      '',
    ]);
    expect(lines).toContain('# TYPE aso_files_open gauge');
  });
});

describe('what happened', () => {
  it('is the difference to what a task said last, however often it says it', () => {
    const { tell, totals } = open();
    tell(T0 + 60, [{ open: 5 }]);
    tell(T0 + 120, [{ open: 2, done: 2, failed: 1, failures: { space: 1 } }], { published: 1 });
    tell(T0 + 180, [{ open: 2, done: 2, failed: 1, failures: { space: 1 } }], { published: 1 });
    expect(totals()).toEqual({ reported: 5, done: 2, failed: 1, killed: 0, doneBytes: 2 * GB, failedBytes: GB, published: 1, unpublished: 0 }); // prettier-ignore
  });

  it('is counted once by a monitor that was killed and started again, and by two at a time', () => {
    const file = join(folder, 'twice.sqlite');
    const first = open(file);
    first.tell(T0 + 60, [{ open: 1, done: 3 }]);
    const second = open(file);
    second.tell(T0 + 90, [{ open: 1, done: 3 }]);
    second.tell(T0 + 120, [{ done: 4 }]);
    first.tell(T0 + 120, [{ done: 4 }]);
    // An answer that was on its way for long is older than what is known.
    first.tell(T0 + 61, [{ open: 2, done: 2 }]);
    expect(first.totals()).toMatchObject({ reported: 4, done: 4 });
    first.database.close();
    second.database.close();
    const third = open(file);
    third.tell(T0 + 180, [{ done: 5 }]);
    expect(third.totals()).toMatchObject({ reported: 5, done: 5, doneBytes: 5 * GB });
    third.database.close();
  });

  it('does not include what was there before the history began', () => {
    const { tell, totals, standing } = open();
    tell(T0 + 60, [{ open: 7, done: 1_000 }], { openedAt: T0 - 5, published: 800 });
    expect(totals()).toMatchObject({ reported: 0, done: 0, published: 0 });
    tell(
      T0 + 120,
      [
        { open: 6, done: 1_001 },
        { source: 'T2_NEW', done: 2 },
      ],
      { openedAt: T0 - 5, published: 801 },
    );
    expect(totals()).toMatchObject({ reported: 2, done: 3, published: 1 });
    expect(standing.tasks({}, 0, 10)).toMatchObject([{ task: TASK, user: 'alice', done: 1_003, waiting: 6 }]);
  });

  it('counts a failed file again when it fails again, and nothing when it is only tried again', () => {
    const { tell, totals } = open();
    tell(T0 + 60, [{ failed: 1, failures: { space: 1 } }]);
    tell(T0 + 120, [{ open: 1 }]);
    expect(totals()).toMatchObject({ failed: 1, done: 0 });
    tell(T0 + 180, [{ failed: 1, failures: { space: 1 } }]);
    expect(totals()).toMatchObject({ failed: 2, reported: 1 });
  });

  it('is told by link, user, class and task', () => {
    const { tell, history } = open();
    tell(T0 + 60, [{ done: 2 }, { source: 'T2_C', failed: 1, failures: { space: 1 } }]);
    tell(T0 + 60, [{ done: 4 }], { task: '261122_110000:bob_crab_b' });
    const [from, to, now] = [T0, T0 + 3600, T0 + 3600];
    expect(history.links({}, from, to, now)).toMatchObject([
      { source: 'T2_A', destination: 'T2_B', done: 6, doneBytes: 6 * GB },
      { source: 'T2_C', destination: 'T2_B', done: 0, failed: 1 },
    ]);
    expect([...history.by('user', from, to, now)]).toMatchObject([
      ['bob', { done: 4 }],
      ['alice', { done: 2, failed: 1 }],
    ]);
    expect([...history.by('class', from, to, now)]).toMatchObject([['space', { failed: 1 }]]);
    expect(history.series({ task: TASK }, from, to, now).totals).toMatchObject({ done: 2, failed: 1 });
    expect(history.series({ source: 'T2_C' }, from, to, now).totals).toMatchObject({ done: 0, failed: 1 });
    expect(history.series({ user: 'nobody' }, from, to, now).totals).toMatchObject({ done: 0 });
  });
});

describe('files in hand', () => {
  it('are the mean of the samples, and unknown where none was taken', () => {
    const { tell, round, history } = open();
    tell(T0 + 60, [{ open: 4 }], { acquired: 6 });
    round(T0 + 60);
    tell(T0 + 90, [{ open: 2, done: 2 }], { acquired: 6 });
    round(T0 + 90);
    const { points } = history.series({}, T0 + 60, T0 + 180, T0 + 3600);
    expect(points).toMatchObject([
      { at: T0 + 60, active: 3, activeBytes: 3 * GB, publishing: 6, done: 2 },
      { at: T0 + 120, active: null, publishing: null, done: 0 },
    ]);
    expect(history.series({ source: 'T2_A' }, T0 + 60, T0 + 120, T0 + 3600).points).toMatchObject([{ active: 3 }]);
  });

  it('are none of a task that has ended', () => {
    const { tell, round, standing, history } = open();
    tell(T0 + 60, [{ open: 4 }]);
    expect(standing.openTasks()).toEqual([TASK]);
    tell(T0 + 120, [{ done: 4 }], { endedAt: T0 + 110 });
    round(T0 + 120);
    expect(standing.openTasks()).toEqual([]);
    expect(standing.isSettled(TASK, new Date((T0 + 110) * 1000))).toBe(true);
    expect(history.series({}, T0 + 120, T0 + 180, T0 + 3600).points).toMatchObject([{ active: 0 }]);
  });
});

describe('publication lag', () => {
  it("is what waits, on average, for what is published in a second (Little's law)", () => {
    const { tell, round, history } = open();
    // One file is published a minute, and each has waited for an hour: 60 wait at any time.
    for (let minute = 1; minute <= 240; minute++) {
      tell(T0 + minute * 60, [{ done: 60 + minute }], { acquired: 60, published: minute });
      round(T0 + minute * 60);
    }
    const { publicationLag } = history.series({}, T0 + 3600, T0 + 4 * 3600, T0 + 4 * 3600);
    expect(publicationLag).toBeGreaterThan(3400);
    expect(publicationLag).toBeLessThan(3800);
  });
});

describe('what is kept', () => {
  it('is minutes for some days, and hours for long', () => {
    const { database, names, tell, history, round } = open();
    tell(T0 + 60, [{ done: 3 }], { endedAt: T0 + 50 });
    const taskId = names.find(TASK) ?? Infinity;
    round(T0 + 60);
    const rows = (step: number) => database.get('SELECT count(*) AS n FROM points WHERE step = ?', step)?.['n'];
    const later = T0 + 3 * 86_400;
    expect(history.range(T0, later, later)).toMatchObject({ bucket: 3600 });
    prune(database, names, later, { minutes: 2, hours: 90 });
    expect([rows(STEPS.minute), Number(rows(STEPS.hour)) > 0]).toEqual([0, true]);
    expect(history.series({}, T0, later, later).totals).toMatchObject({ done: 3 });
    prune(database, names, T0 + 91 * 86_400, { minutes: 2, hours: 90 });
    expect(rows(STEPS.hour)).toBe(0);
    expect(database.get('SELECT count(*) AS n FROM tasks')?.['n']).toBe(0);
    expect(database.get('SELECT count(*) AS n FROM task_links')?.['n']).toBe(0);
    expect(names.find(TASK)).toBeUndefined();
    expect(names.id('another')).toBeGreaterThan(taskId);
  });

  it('is written by one at a time', () => {
    const { database } = open();
    expect(takeLease(database, 'one', T0, 60)).toBe(true);
    expect(takeLease(database, 'other', T0 + 59, 60)).toBe(false);
    expect(takeLease(database, 'one', T0 + 59, 60)).toBe(true);
    endLease(database, 'one');
    expect(takeLease(database, 'other', T0 + 60, 60)).toBe(true);
    expect(takeLease(database, 'one', T0 + 121, 60)).toBe(true);
  });
});

describe('a database that cannot be used', () => {
  const written = (name: string, sql: string): string => {
    const file = join(folder, name);
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
    return file;
  };

  it('is refused with what to do, and left as it is', () => {
    open(join(folder, 'ours.sqlite')).database.close();
    const newer = written('ours.sqlite', 'PRAGMA user_version = 99');
    const foreign = written('foreign.sqlite', 'CREATE TABLE theirs (x)');
    const noise = join(folder, 'noise.sqlite');
    writeFileSync(noise, 'this is no database, '.repeat(500));
    const damaged = join(folder, 'damaged.sqlite');
    const good = open(damaged);
    for (let n = 0; n < 200; n++) good.tell(T0 + 60, [{ done: 1 }], { task: `261122_100000:u${n}_crab_x` });
    good.database.close();
    const bytes = readFileSync(damaged);
    bytes.fill(0xff, 4096, 3 * 4096);
    writeFileSync(damaged, bytes);
    for (const [file, message] of [
      [newer, /version 99, and this release knows 1: run the newer release/],
      [foreign, /belongs to another program/],
      [noise, /is damaged or no SQLite database .*restore it from a backup, or move it away/],
      [damaged, /is damaged or no SQLite database/],
      [join(folder, 'no', 'folder.sqlite'), /cannot be opened: .*is its folder there/],
    ] as const) {
      const before = file.includes('folder') ? null : readFileSync(file);
      expect(() => new Database(file), file).toThrow(message);
      if (before) expect(readFileSync(file).equals(before), file).toBe(true);
    }
  });
});
