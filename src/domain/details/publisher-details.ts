import { planPublication } from '../publication/publication-plan.ts';
import type { PublisherState } from '../publication/publisher-state.ts';
import { utcTime } from '../utc-time.ts';
import { code, counted, table, waitsLines } from './markdown.ts';

/** A publisher for people, in Markdown: what has been sent, what waits, and for what. */
export function publisherDetails(dataset: string, state: PublisherState): string {
  const { blocks, moreBlocks, leavesAt, sending, withoutMetadata, files } = planPublication(state);
  const { published, failed } = state.tally;
  const waits: string[] = [];
  if (sending > 0) waits.push(`DBS to take a block of ${counted(sending, 'file')}`);
  if (withoutMetadata.files > 0) {
    const { nextLook } = withoutMetadata;
    const again = nextLook === null ? '' : `, asked again ${utcTime(nextLook)}`;
    waits.push(`CRAB to have the metadata of ${counted(withoutMetadata.files, 'file')}${again}`);
  }
  if (leavesAt !== null && files > withoutMetadata.files)
    waits.push(
      leavesAt === 0 ? 'its turn: the next block leaves at once' : `a block to fill; it leaves ${utcTime(leavesAt)}`,
    );
  return [
    `${code(dataset, 360)}: ${counted(published, 'file')} in DBS, ${failed} refused or set aside, ${files + sending} waiting`,
    ...waitsLines(waits),
    ...table(
      ['next blocks', 'files', 'lumis'],
      blocks.map((block) => [
        `at ${code(block.site)}`,
        block.files,
        block.unmeasured > 0 ? `${block.lumis} or more` : block.lumis,
      ]),
    ),
    ...(moreBlocks > 0 ? ['', `and ${counted(moreBlocks, 'block')} more`] : []),
  ].join('\n');
}
