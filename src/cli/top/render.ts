import { utcTime } from '../../domain/utc-time.ts';
import { sizeText } from '../size.ts';
import { colors, counted, printable } from '../terminal.ts';
import { rowsOf, secondsBetween, totalOf, type Row, type Sort } from './rates.ts';
import type { Sample } from './sample.ts';

export interface Screen {
  /** Characters and lines. */
  width: number;
  height: number;
  sort: Sort;
}

interface Column {
  head: string;
  width: number;
  /** It is left out on terminals narrower than this. */
  from: number;
  text: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { head: 'files/s', width: 8, from: 0, text: ({ filesPerSecond }) => filesPerSecond?.toFixed(1) ?? '-' },
  { head: 'rate', width: 11, from: 80, text: ({ bytesPerSecond }) => (bytesPerSecond === null ? '-' : `${sizeText(bytesPerSecond)}/s`) }, // prettier-ignore
  { head: 'in FTS', width: 8, from: 0, text: ({ active }) => String(active) },
  { head: 'queue', width: 8, from: 0, text: ({ queue }) => String(queue) },
  { head: 'held', width: 7, from: 90, text: ({ held }) => String(held) },
  { head: 'failed', width: 8, from: 60, text: ({ failed }) => String(failed) },
  { head: 'done', width: 9, from: 70, text: ({ done }) => String(done) },
];

/** Lines that are no rows: four of the header, a blank one and a head before each table. */
const FRAME = 8;

/** The whole screen, at most as wide and high as asked for. */
export function renderTop(now: Sample, before: Sample | null, screen: Screen): string {
  const seconds = secondsBetween(before, now);
  const tasks = rowsOf(now.tasks, before?.tasks, seconds, screen.sort);
  const links = rowsOf(now.links, before?.links, seconds, screen.sort);
  const room = Math.max(2, screen.height - FRAME);
  // What one table does not need is the other's.
  const forLinks = Math.min(links.length, Math.max(Math.ceil(room / 2), room - tasks.length));
  const lines = [
    ...header(now, totalOf(tasks), before !== null),
    '',
    ...table('link', links.slice(0, forLinks), screen),
    '',
    ...table('task', tasks.slice(0, Math.max(1, room - forLinks)), screen),
  ];
  return lines.join('\n');
}

function header(now: Sample, all: Row, hasRates: boolean): string[] {
  const silent = now.silent > 0 ? `, ${colors.red(`${now.silent} of them silent`)}` : '';
  const failed = all.failed > 0 ? colors.red(`${all.failed} failed`) : '0 failed';
  return [
    `${colors.bold('aso top')}  ${utcTime(now.at)}`,
    `tasks  ${counted(now.tasks.size + now.silent, 'task')} of ${counted(now.users, 'user')}${silent}`,
    `files  ${all.active} in FTS, ${all.queue} queued, ${all.held} held, ${failed}, ${all.done} done`,
    hasRates
      ? `rate   ${(all.filesPerSecond ?? 0).toFixed(1)} files/s, ${sizeText(all.bytesPerSecond ?? 0)}/s`
      : 'rate   after the second look',
  ];
}

function table(name: string, rows: readonly Row[], { width }: Screen): string[] {
  const columns = COLUMNS.filter(({ from }) => width >= from);
  const first = Math.max(8, width - columns.reduce((sum, column) => sum + column.width, 0));
  const line = (start: string, cells: string[]): string =>
    fitted(start, first) + cells.map((cell, at) => cell.padStart(columns[at]?.width ?? 0)).join('');
  return [
    colors.bold(line(name, columns.map(({ head }) => head))), // prettier-ignore
    ...rows.map((row) => line(printable(row.name), columns.map(({ text }) => text(row)))), // prettier-ignore
  ];
}

/** In exactly so many characters; what is cut off at the end shows. */
const fitted = (text: string, width: number): string =>
  text.length <= width - 1 ? text.padEnd(width) : `${text.slice(0, width - 2)}… `;
