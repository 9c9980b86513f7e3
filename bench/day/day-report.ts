import type { Report } from '../support/report/report.ts';
import { rounded } from '../support/report/bound.ts';
import { quantile } from '../support/quantile.ts';
import type { DayMoment } from './watch.ts';
import { quartersOf } from './quarters.ts';
import { unsent } from './watch.ts';
import type { DayFindings } from './work-day.ts';

const DAY_SECONDS = 24 * 3600;

/** What a day came to, in few numbers. */
export interface DayFigures {
  /** The day's length divided by the time it took. */
  faster: number;
  /** The same, until the last report: what was kept up as long as anything came. */
  fasterReporting: number;
  filesPerSecond: number;
  /** Seconds from a file's report until FTS had it. */
  latency: { median: number; p95: number; p99: number };
  filesPerJob: Spread;
  filesPerBlock: Spread;
  cpuMsPerFile: number;
}

export interface Spread {
  mean: number;
  median: number;
  p95: number;
}

export function figuresOf(of: DayFindings): DayFigures {
  const { audit, reportedAt, seconds, accounts, lasted, cpu } = of;
  const waits = [...audit.sentAt.entries()]
    .filter(([, at]) => at > 0)
    .map(([file, at]) => (at - reportedAt[file]!) / 1000);
  const whole = Object.values(cpu).reduce((a, b) => a + b, 0);
  // Of a day that was not finished, so much as was.
  const share = 1 - accounts.unaccounted / accounts.files;
  return {
    faster: (lasted * share) / seconds.all,
    fasterReporting: lasted / seconds.reporting,
    filesPerSecond: (accounts.files * share) / seconds.all,
    latency: { median: quantile(waits, 0.5), p95: quantile(waits, 0.95), p99: quantile(waits, 0.99) },
    filesPerJob: spreadOf(audit.filesPerJob),
    filesPerBlock: spreadOf(audit.filesPerBlock),
    cpuMsPerFile: (whole * 1000) / accounts.files,
  };
}

const spreadOf = (values: readonly number[]): Spread => ({
  mean: values.reduce((a, b) => a + b, 0) / values.length,
  median: quantile(values, 0.5),
  p95: quantile(values, 0.95),
});

/** Prints what was found, and draws it over time. */
export function reportDay(report: Report, of: DayFindings, figures: DayFigures): void {
  const { accounts, audit, seconds, cpu, memory } = of;
  const last = of.moments.at(-1);
  report.table(
    ['time', ''],
    [
      ['of the day', `${(of.lasted / 3600).toFixed(2)} h of ${DAY_SECONDS / 3600} h`],
      ['all reported after', inSeconds(seconds.reporting)],
      ['of these the clock stood still, too much waited', inSeconds(seconds.held)],
      ['all tasks ended after', inSeconds(seconds.tasks)],
      ['nothing left to do after', inSeconds(seconds.all)],
      ['times faster than in life', rounded(figures.faster)],
      ['the same while files were reported', rounded(figures.fasterReporting)],
      ['files/s, from the first report until nothing is left', rounded(figures.filesPerSecond)],
      ['reported → FTS has it, median / p95 / p99', Object.values(figures.latency).map(inSeconds).join(' / ')],
      ['batch window', inSeconds(of.batchWindow)],
    ],
  );
  report.table(
    ['every file accounted for', 'files', 'of'],
    [
      ['reported', accounts.files, `${accounts.tasks} tasks`],
      ['DONE', accounts.done, ''],
      ['FAILED', accounts.failed, byClass(audit.failures)],
      ['KILLED', accounts.killed, ''],
      ['REJECTED', accounts.rejected, `${of.broken} reported so`],
      [
        'without an end',
        accounts.unaccounted,
        `${accounts.tasks - accounts.tasksEnded} tasks, ${of.open} workflows open`,
      ],
      ["finished in FTS's books", accounts.finished, `${audit.filesPerJob.length} FTS jobs`],
      ['at their destinations', accounts.there, 'size and sum right'],
      ['sources removed / kept', `${accounts.sourcesRemoved} / ${accounts.sourcesKept}`, ''],
      ['to be published', accounts.toPublish, ''],
      ['published', accounts.published, ''],
      ['not published', accounts.notPublished, 'jobs of which a file failed'],
      ["in DBS's books", accounts.inDbs, `${audit.filesPerBlock.length} blocks`],
    ],
  );
  report.table(
    ['files per', 'mean', 'median', 'p95'],
    [
      ['FTS job', ...Object.values(figures.filesPerJob).map(rounded)],
      ['DBS block', ...Object.values(figures.filesPerBlock).map(rounded)],
    ],
  );
  const requests = Object.entries(last?.requests ?? {}).map(([name, count]) => [
    name,
    (count / accounts.files).toFixed(3),
  ]);
  report.table(['requests per file', ''], requests);
  report.table(
    ['process', 'CPU s', 'ms per file', 'most memory, MiB'],
    [
      ['workers', rounded(cpu.workers), perFile(cpu.workers, accounts.files), memory.worker],
      ["Temporal's server", rounded(cpu.temporal), perFile(cpu.temporal, accounts.files), memory.temporal],
      ['its database', rounded(cpu.database), perFile(cpu.database, accounts.files), ''],
      ['simulators', rounded(cpu.simulators), perFile(cpu.simulators, accounts.files), memory.simulators],
      ['the load', rounded(cpu.load), perFile(cpu.load, accounts.files), ''],
    ],
  );
  report.table(
    ['while reports came', 'done, files/s', 'worker, CPU ms/file', 'server, CPU ms/file', 'worker, MiB', 'server, MiB'],
    quartersOf(of.moments, seconds.reporting).map((quarter, at) => [
      ...[`quarter ${at + 1}`, rounded(quarter.filesPerSecond), rounded(quarter.workerMs), rounded(quarter.serverMs)],
      ...[quarter.workerMiB, quarter.serverMiB],
    ]),
    'Whether anything grows with time',
  );
  const histories = Object.entries(of.histories);
  report.table(
    ['Temporal keeps of', 'runs', 'transitions', 'events', 'KiB', 'transitions per run'],
    histories.map(([type, { runs, transitions, events, bytes }]) => [
      ...[type, runs, transitions, events, Math.round(bytes / 1024), (transitions / runs).toFixed(1)],
    ]),
  );
  const total = (of: 'events' | 'bytes' | 'transitions'): number =>
    histories.reduce((sum, [, one]) => sum + one[of], 0);
  report.text(
    `Per file: ${(total('transitions') / accounts.files).toFixed(1)} transitions, ${(total('events') / accounts.files).toFixed(1)} events, ` +
      `${Math.round(total('bytes') / accounts.files)} bytes of history` +
      (of.databaseBytes === null
        ? '.'
        : `, ${Math.round(of.databaseBytes / accounts.files)} bytes of the database's file.`),
  );
  for (const one of of.waiting) report.text(`Not at its end: ${one}`);
  for (const one of accounts.disagreements) report.text(`Does not agree: ${one}`);
  draw(report, of.moments);
}

/** Averages are over so many seconds. */
const SMOOTH = 10;

function draw(report: Report, moments: readonly DayMoment[]): void {
  const points = moments.filter((_, at) => at % SMOOTH === 0);
  const rate = (name: string, value: (of: DayMoment) => number) => ({
    name,
    points: points.slice(1).map((now, at): [number, number] => {
      const before = points[at]!;
      return [now.at / 60, (value(now) - value(before)) / (now.at - before.at)];
    }),
  });
  report.plot({
    kind: 'lines',
    title: 'A day of CMS: files per second',
    x: { name: 'minutes' },
    y: { name: 'files/s' },
    series: [
      rate('reported', ({ reported }) => reported),
      rate('sent to FTS', ({ sent }) => sent),
      rate('done', ({ arrived }) => arrived),
      rate('published', ({ published }) => published),
    ],
  });
  report.plot({
    kind: 'lines',
    id: 'lag',
    title: 'A day of CMS: files that wait',
    x: { name: 'minutes' },
    y: { name: 'files' },
    series: [
      { name: 'reported, not sent yet', points: points.map((of): [number, number] => [of.at / 60, unsent(of)]) },
      {
        name: 'sent, not done yet',
        points: points.map((of): [number, number] => [of.at / 60, Math.max(0, of.sent - of.failed - of.arrived)]),
      },
    ],
  });
}

const inSeconds = (seconds: number): string => (Number.isNaN(seconds) ? 'not reached' : `${rounded(seconds)} s`);
const perFile = (seconds: number, files: number): string => ((seconds * 1000) / files).toFixed(2);
const byClass = (failures: Record<string, number>): string =>
  `last failures: ${Object.entries(failures)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')}`;
