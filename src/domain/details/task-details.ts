import { ruleOf } from '../failure-classes.ts';
import type { TaskCounts } from '../ledger/status.ts';
import { isFinalTransfer, type StateCounts, type TransferState } from '../states.ts';
import { utcTime } from '../utc-time.ts';
import { code, counted, countsText, table, waitsLines } from './markdown.ts';

/** What the details of a task are made of: its status. */
export interface TaskToDetail extends TaskCounts {
  closed: boolean;
  paused: boolean;
  complete: boolean;
  batches: { open: number; active: number; waiting: number; inWindow: number };
  waitsFor: readonly string[];
}

/** A task for people, in Markdown: by link and by dataset, the last failures, and what it waits for. */
export function taskDetails(task: TaskToDetail): string {
  const { files, jobs, transfer, publication, links, datasets, failures, rejections, lastChangeAt } = task;
  const state = task.complete ? 'complete' : task.paused ? 'paused' : task.closed ? 'no more outputs come' : 'open';
  const since = lastChangeAt > 0 ? `, last change ${utcTime(lastChangeAt)}` : '';
  return [
    `**${state}**: ${counted(files, 'file')}, ${jobs.complete} of ${counted(jobs.total, 'job')} complete${since}`,
    '',
    `Transfer: ${countsText(transfer)}. Publication: ${countsText(publication)}.`,
    ...waitsLines(waitsOf(task)),
    ...table(
      ['link', 'files', 'DONE', 'open', 'failed', 'bytes DONE'],
      [...links]
        .sort((a, b) => openOf(b.transfer) - openOf(a.transfer))
        .map(({ source, destination, files: all, transfer: counts, bytes }) => [
          `${code(source)} → ${code(destination)}`,
          ...[
            all,
            counts.DONE ?? 0,
            openOf(counts),
            (counts.FAILED ?? 0) + (counts.KILLED ?? 0),
            bytesText(bytes.done),
          ],
        ]),
    ),
    ...table(
      ['dataset', 'files', 'publication'],
      datasets.map(({ dataset, files: all, publication: counts }) => [code(dataset, 360), all, countsText(counts)]),
    ),
    ...table(
      ['failure', 'files', 'what it means', 'for example'],
      failures.map(({ class: name, files: all, reasons }) => [
        ...[name, all, ruleOf(name).text],
        reasons.map((reason) => code(reason, 200)).join('<br>'),
      ]),
    ),
    ...table(
      ['rejected for', 'files'],
      rejections.map(({ rule, files: all }) => [code(rule), all]),
    ),
  ].join('\n');
}

function waitsOf({ complete, closed, batches, held, unreported, heldBack, waitsFor }: TaskToDetail): string[] {
  if (complete) return [];
  const waits = waitsFor.map((text) => code(text, 300));
  for (const { source, destination, reason, files } of held)
    waits.push(`${counted(files, 'file')} from ${code(source)} to ${code(destination)} HELD: ${code(reason, 300)}`);
  if (batches.waiting > 0) waits.push(`${counted(batches.waiting, 'batch', 'batches')}: a turn at FTS`);
  if (batches.inWindow > 0)
    waits.push(`${counted(batches.inWindow, 'file')}: their batch to fill, or its time to be up`);
  if (unreported.files > 0) waits.push(`${counted(unreported.files, 'file')} of ${counted(unreported.jobs, 'job')} to be reported`); // prettier-ignore
  if (heldBack.files > 0)
    waits.push(`${counted(heldBack.files, 'file')}: others of their jobs, before they are published`);
  if (!closed && openOfTask(batches) === 0 && waits.length === 0) waits.push('further outputs, or `close`');
  return waits;
}

const openOfTask = ({ open, inWindow }: TaskToDetail['batches']): number => open + inWindow;

const openOf = (counts: StateCounts<TransferState>): number =>
  Object.entries(counts).reduce(
    (sum, [state, files]) => sum + (isFinalTransfer(state as TransferState) ? 0 : files),
    0,
  );

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

function bytesText(bytes: number): string {
  const unit = bytes > 0 ? Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1) : 0;
  return `${Number((bytes / 1000 ** unit).toPrecision(3))} ${UNITS[unit]}`;
}
