import type { DatasetPublication } from '../../client/index.ts';
import type { TaskStatus } from '../../contract/messages.ts';
import { utcTime } from '../../domain/utc-time.ts';
import { tableText } from '../table.ts';
import { counted, printable } from '../terminal.ts';

type IncompleteJobs = TaskStatus['unreported'];

/** What is missing for a task to be complete, one line each. */
export function missingText(status: TaskStatus): string[] {
  const { task, closed, complete, transfer, publication, unreported, heldBack } = status;
  const { NEW = 0, SUBMITTED = 0, RETRY = 0, HELD = 0, KILL = 0 } = transfer;
  const moving = NEW + SUBMITTED + RETRY + HELD;
  const publishing = (publication.NEW ?? 0) + (publication.ACQUIRED ?? 0);
  const open = [
    ...(moving > 0 ? [`the transfer of ${counted(moving, 'file')}`] : []),
    ...(KILL > 0 ? [`the end of ${counted(KILL, 'copy', 'copies')} that somebody stopped`] : []),
    ...(publishing > 0 ? [`the publication of ${counted(publishing, 'file')}`] : []),
    ...(closed ? [] : [`the word that no more jobs come: aso close ${task}`]),
  ];
  // Nothing of it is a file's: copies that were called off may still run, and CRAB be told what became of rows.
  if (!complete && open.length === 0) open.push('the end of called-off copies in FTS, or the last words to CRAB');
  return [
    ...open.map((what) => `missing      ${what}`),
    ...jobsText(unreported, 'not reported'),
    ...jobsText(heldBack, 'not published, since others of their jobs are missing'),
  ];
}

function jobsText({ jobs, files, examples }: IncompleteJobs, what: string): string[] {
  if (files === 0) return [];
  const named = examples.map((job) => `${printable(job.jobId)} (${job.files})`).join(', ');
  const more = jobs > examples.length ? ` and ${jobs - examples.length} more` : '';
  return [`missing      ${counted(files, 'file')} ${what}: ${jobs === 1 ? 'job' : 'jobs'} ${named}${more}`];
}

/** What publications wait for, one line each. */
export const publicationsText = (publications: readonly DatasetPublication[]): string[] =>
  publications.flatMap(({ dataset, files, sending, leavesAt, held, withoutMetadata: lacking }) => {
    const inBlock = files - lacking.files;
    const when = leavesAt ? `until ${utcTime(leavesAt)}` : 'for its turn';
    const waiting = held === undefined ? `waiting for a full block, ${when}` : `held: ${printable(held)}`;
    const looks = lacking.nextLook === null ? '' : `, asked again at ${utcTime(lacking.nextLook)}`;
    const parts = [
      ...(sending > 0 ? [`${counted(sending, 'file')} on the way into DBS`] : []),
      ...(inBlock > 0 ? [`${counted(inBlock, 'file')} ${waiting}`] : []),
      ...(lacking.files > 0 ? [`${counted(lacking.files, 'file')} whose metadata CRAB lacks${looks}`] : []),
    ];
    return parts.map((part) => `publishing   ${printable(dataset)}: ${part}`);
  });

/** The blocks that would be sent, with the names of their files. */
export function planText(publications: readonly DatasetPublication[]): string {
  const blocks = publications.flatMap(({ dataset, blocks }) => blocks.map((block) => ({ dataset, ...block })));
  const more = publications.reduce((sum, { moreBlocks }) => sum + moreBlocks, 0);
  const lumis = (known: number, unmeasured: number): string | number =>
    unmeasured > 0 ? `${known} + those of ${counted(unmeasured, 'file')}` : known;
  const rows = blocks.map((block, at) => [
    ...[at + 1, printable(block.dataset), block.site, block.files, block.bytes],
    lumis(block.lumis, block.unmeasured),
  ]);
  return [
    rows.length > 0
      ? tableText(['block', 'dataset', 'site', 'files', 'bytes', 'lumis'], rows)
      : 'no block would be sent now',
    ...blocks.flatMap(({ lfns }, at) => ['', `block ${at + 1}`, ...lfns.map((lfn) => `  ${printable(lfn)}`)]),
    ...(more > 0 ? ['', `and ${counted(more, 'block')} more`] : []),
    ...publicationsText(publications),
  ].join('\n');
}
