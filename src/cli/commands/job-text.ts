import type { FileStatus, JobStatus } from '../../contract/job-status.ts';
import type { StageView } from '../../domain/stage-view.ts';
import { utcTime } from '../../domain/utc-time.ts';
import { durationText } from '../duration.ts';
import { colored } from '../state-colors.ts';
import { colors, counted, printable } from '../terminal.ts';
import { wrapped } from '../wrap.ts';

/** Characters in a line; names of files may be longer. */
const WIDTH = 100;
const LABEL = 13;
const STATE = 14;

/** Where a job stands, for people: both stages of each file. @param now epoch milliseconds */
export function jobText({ task, jobId, retry, expected, unreported, waitsFor, files }: JobStatus, now: number): string {
  const reported = `${expected - unreported} of ${counted(expected, 'file')} reported`;
  return [
    `${colors.bold(`job ${printable(jobId)}`)} of ${task}  (retry ${retry}, ${reported})`,
    ...waitsFor.flatMap((what) => labelled('waits for', what)),
    ...files.flatMap((file) => ['', ...fileLines(file, retry, now)]),
  ].join('\n');
}

function fileLines(file: FileStatus, newest: number, now: number): string[] {
  const { source, destination, destinationLfn, retry, type, ftsJobIds, code, failure } = file;
  const where = source && destination ? `  ${source} → ${destination}` : '';
  const older = retry === newest ? '' : `, of retry ${retry}`;
  const lines = [
    ...stageLines('transfer', file.transfer, now),
    ...(code === null ? [] : labelled('', `CRAB exit code ${code}${failure ? `, class ${failure}` : ''}`)),
    ...ftsJobIds.flatMap((id, at) => labelled('', `FTS job ${at + 1}: ${id}`)),
    ...stageLines('publication', file.publication, now),
  ];
  return [
    `${printable(destinationLfn ?? `file ${file.key}`)}  (${type}${older})${where}`,
    ...lines.map((line) => `  ${line}`),
  ];
}

function stageLines(label: string, view: StageView<string>, now: number): string[] {
  const { state, reason, said, waitsFor, attempts, nextTry } = view;
  const facts = [
    ...(attempts > 0 ? [counted(attempts, 'attempt')] : []),
    ...(waitsFor === null ? [] : [`waits for ${waitsFor}`]),
    ...(nextTry === null ? [] : [nextText(nextTry, now)]),
  ];
  const [first = '', ...rest] = wrapped(printable(facts.join('; ')), WIDTH - 2 - LABEL - STATE);
  return [
    `${label.padEnd(LABEL)}${colored(state)}${' '.repeat(Math.max(1, STATE - state.length))}${first}`.trimEnd(),
    ...rest.map((line) => `${' '.repeat(LABEL + STATE)}${line}`),
    ...(reason === null ? [] : labelled('', reason)),
    ...(said === null || said === reason ? [] : labelled('', said)),
  ];
}

/** `next in 4 min (2026-11-24T10:00:00Z)`. */
export const nextText = (at: number, now: number): string =>
  at <= now ? 'next now' : `next in ${durationText(at - now)} (${utcTime(at)})`;

function labelled(label: string, text: string): string[] {
  return wrapped(printable(text), WIDTH - 2 - LABEL).map(
    (line, at) => `${(at === 0 ? label : '').padEnd(LABEL)}${line}`,
  );
}
