import { KINDS, sum, type Sizes } from '../support/database-size.ts';
import type { Report } from '../support/report/report.ts';
import type { RetentionFigures } from './measure.ts';

/** CMS's files a day (CHEP 2015). */
const FILES_A_DAY = 400_000;
/** Days of retention; the last is what `aso setup namespace` asks for. */
const DAYS = [1, 7, 30, 45];

/** Ways to look at tables, and what they are called. */
const WAYS: readonly ['asTheyLie' | 'packed', string][] = [
  ['asTheyLie', 'as they lie'],
  ['packed', 'packed'],
];

const perFile = (bytes: number, { files }: RetentionFigures): string => (bytes / files / 1000).toFixed(2);

/** GB (10⁹ bytes) that so many bytes come to at CMS's files of so many days. */
const gigabytes = (bytes: number, { files }: RetentionFigures, days: number): string =>
  ((bytes / files) * FILES_A_DAY * days / 1e9).toFixed(days === 1 ? 1 : 0); // prettier-ignore

/** A row for each load and way to look at its tables. */
const byWay = <T>(
  figures: readonly RetentionFigures[],
  row: (one: RetentionFigures, sizes: Sizes, way: string) => T,
): T[] => figures.flatMap((one) => WAYS.map(([way, name]) => row(one, one[way], name)));

/** Fills the report with what was found per file, and when it is deleted; then, as parts of their own, what that comes to by days, and the archive. */
export function tellRetention(report: Report, figures: readonly RetentionFigures[]): void {
  report.table(
    ['load', 'files', 'tables', ...KINDS, 'all', 'write-ahead log'],
    byWay(figures, (one, sizes, way) => [
      ...[one.load, one.files, way, ...KINDS.map((kind) => perFile(sizes[kind], one))],
      ...[perFile(sum(sizes), one), sizes === one.packed ? '' : perFile(one.log, one)],
    ]),
    'kB per file, from report to published and all workflows closed, tables with their indexes; packed: without the room that updates have left (VACUUM FULL):',
  );
  report.plot({
    kind: 'bars',
    title: "What a file takes up in Temporal's database, packed, with indexes",
    stacked: true,
    x: { name: 'how jobs of two files come', categories: figures.map(({ load }) => load) },
    y: { name: 'kB per file' },
    series: KINDS.map((kind) => ({
      name: kind,
      values: figures.map((one) => Number(perFile(one.packed[kind], one))),
    })),
  });
  report.table(
    ['load', 'before', 'rows of lost races', 'other rows left', 'after, and VACUUM', 'the same load again adds'],
    figures.map((one) => [
      ...[one.load, perFile(sum(one.asTheyLie), one), one.rowsOfRaces, one.rowsLeft],
      ...[perFile(one.afterPruning, one), perFile(one.secondTime, one)],
    ]),
    'When closed workflows are deleted, as at the end of their retention; kB per file:',
  );
  tellDays(report, figures);
  tellArchive(report, figures);
}

function tellDays(report: Report, figures: readonly RetentionFigures[]): void {
  report.begin('days');
  report.table(
    ['load', 'tables', ...DAYS.map((days) => `GB, ${days} ${days === 1 ? 'day' : 'days'}`), 'log, GB a day'],
    byWay(figures, (one, sizes, way) => [
      ...[one.load, way, ...DAYS.map((days) => gigabytes(sum(sizes), one, days))],
      gigabytes(one.log, one, 1),
    ]),
    `At ${FILES_A_DAY.toLocaleString('en')} files a day, for so many days of retention:`,
  );
}

function tellArchive(report: Report, figures: readonly RetentionFigures[]): void {
  report.begin('archive');
  report.table(
    ['load', 'runs per file', 'kB per file', 'GB, a day', 'GB, a year', 'times the packed database'],
    figures.map((one) => [
      ...[one.load, (one.archive.runs / one.files).toFixed(2), perFile(one.archive.bytes, one)],
      ...[1, 365].map((days) => gigabytes(one.archive.bytes, one, days)),
      (one.archive.bytes / sum(one.packed)).toFixed(1),
    ]),
    'Histories of closed workflows in an archive of files (JSON, not packed), a file for each run:',
  );
}
