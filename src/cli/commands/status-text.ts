import type { DatasetPublication, TaskWait } from '../../client/index.ts';
import type { TaskStatus } from '../../contract/messages.ts';
import { classText } from '../class-text.ts';
import { colored } from '../state-colors.ts';
import { tableText } from '../table.ts';
import { colors, counted, printable } from '../terminal.ts';
import { missingText, publicationsText } from './publications-text.ts';
import { waitsText } from './waits-text.ts';

/** Counts by state in one line, in the order given. */
export function countsText(counts: Readonly<Record<string, number | undefined>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count);
  return parts.length ? parts.map(([state, count]) => `${colored(state)} ${count}`).join('  ') : 'none';
}

/** A task's status for people. */
export function statusText(
  status: TaskStatus,
  waits: readonly TaskWait[] = [],
  publications: readonly DatasetPublication[] = [],
): string {
  const { jobs, batches } = status;
  const state = status.complete ? 'complete' : status.paused ? 'paused' : status.closed ? 'closed, running' : 'open';
  const parts = [
    `${colors.bold(status.task)}  (${status.user}, ${state})`,
    `files        ${status.files}, jobs ${jobs.complete} of ${jobs.total} complete`,
    `transfer     ${countsText(status.transfer)}`,
    `publication  ${countsText(status.publication)}`,
    `batches      ${batches.started} started, ${batches.open} open, ${batches.active} in FTS, ${batches.waiting} waiting; ${counted(batches.inWindow, 'file')} not in one yet`,
    ...status.waitsFor.map((what) => `waits for    ${printable(what)}`),
    ...missingText(status),
    ...publicationsText(publications),
    ...waitsText(status.user, waits),
  ];
  const links = status.links.map((link) => [
    `${link.source} → ${link.destination}`,
    link.files,
    countsText(link.transfer),
  ]);
  const datasets = status.datasets.map((d) => [d.dataset, d.files, countsText(d.publication)]);
  const failures = status.failures.map((f) => [classText(f.class), f.files, f.reasons.map(printable).join('\n')]);
  const rejections = status.rejections.map((r) => [r.rule, r.files]);
  return [
    ...parts,
    ...table(['link', 'files', 'transfer'], links),
    ...table(['dataset', 'files', 'publication'], datasets),
    ...table(['failure', 'files', 'reasons'], failures),
    ...table(['rejected for', 'files'], rejections),
  ].join('\n');
}

const table = (head: string[], rows: (string | number)[][]): string[] =>
  rows.length ? ['', tableText(head, rows)] : [];
