import type { OutcomeView } from '../batch/views.ts';
import type { JobReport } from '../file.ts';
import { code, counted, table, waitsLines } from './markdown.ts';

/** A job output that is waited for, for people, in Markdown: the outcomes known so far. */
export function jobDetails({ jobId, retry, files }: JobReport, outcomes: Iterable<OutcomeView>): string {
  const known = [...outcomes];
  const left = files.length - known.length;
  return [
    `Job ${code(jobId)}, retry ${retry}: outcomes of ${known.length} of ${counted(files.length, 'file')}`,
    ...waitsLines(left > 0 ? [`the task, for ${counted(left, 'file')}: what they wait for stands there`] : []),
    ...table(
      ['file', 'transfer', 'publication', 'exit code', 'why'],
      known.map(({ destinationLfn, transfer, publication, code: exitCode, reasons, publicationReason }) => [
        ...[code(destinationLfn, 500), transfer, publication, exitCode ?? ''],
        [reasons.at(-1), publicationReason].flatMap((reason) => (reason ? code(reason, 200) : [])).join('<br>'),
      ]),
    ),
  ].join('\n');
}
