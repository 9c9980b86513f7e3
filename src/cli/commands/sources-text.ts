import type { SourceFile, TaskSources } from '../../client/index.ts';
import type { KeptWhy } from '../../domain/batch/kept-source.ts';
import { sizeText } from '../size.ts';
import { colors, counted, printable } from '../terminal.ts';

const WHY: Readonly<Record<KeptWhy, string>> = {
  failed: 'failed',
  killed: 'killed',
  'deletion-failed': 'deletion failed, tried again',
  uncleaned: 'deletion failed, given up',
  changed: 'changed meanwhile',
  'destination-lost': 'destination lost',
};

/** A source left behind, on one line. */
export function sourceLine(file: SourceFile, withTask = false): string {
  const { task, jobId, retry, site, lfn, size, why, reason, since } = file;
  return [
    since ? since.toISOString().slice(0, 16) : 'unknown time    ',
    sizeText(size).padStart(9),
    WHY[why],
    ...(withTask ? [task] : []),
    `job ${jobId}.${retry}`,
    `${site}  ${printable(lfn)}`,
    ...(reason ? [colors.red(printable(reason))] : []),
  ].join('  ');
}

/** How much was left behind, in all and by why. */
export function totalsText(files: readonly SourceFile[]): string {
  if (files.length === 0) return 'no sources left behind';
  const kinds = Map.groupBy(files, ({ why }) => why);
  const parts = [...kinds].map(([why, some]) => `${some.length} ${WHY[why]}`);
  const sites = new Set(files.map(({ site }) => site)).size;
  return `${amount(files)} at ${counted(sites, 'site')}: ${parts.join(', ')}`;
}

/** `3 files, 1.2 GB` */
export const amount = (files: readonly SourceFile[]): string =>
  `${counted(files.length, 'file')}, ${sizeText(files.reduce((sum, { size }) => sum + size, 0))}`;

/** What cannot be listed, said openly. */
export function rejectedText(rejected: TaskSources['rejected']): string[] {
  const files = rejected.reduce((sum, rule) => sum + rule.files, 0);
  return files === 0 ? [] : [`${counted(files, 'rejected file')} beside these: where they lie is not kept, so they are neither listed nor swept`]; // prettier-ignore
}
