import { cutBlock, filesForBlock, measureSoFar } from './block-cutting.ts';
import type { PublisherState, QueuedFile } from './publisher-state.ts';

/** A block as it would be sent now. */
export interface PlannedBlock {
  site: string;
  files: number;
  bytes: number;
  /** Lumi sections of the files that were measured, and how many were not yet: those may make the block smaller. */
  lumis: number;
  unmeasured: number;
  lfns: string[];
}

/** What a publisher has in hand (query `plan`): nothing is sent for it. */
export interface PublicationPlan {
  /** Files that wait, in all. */
  files: number;
  /** What would leave if all of it left now; at most 20, the others are counted. */
  blocks: PlannedBlock[];
  moreBlocks: number;
  /** When the first block leaves if nothing else comes, epoch milliseconds; null where nothing waits for that. */
  leavesAt: number | null;
  /** Files of the blocks that are on their way into DBS. */
  sending: number;
  /** Why an operator's rule holds all of it. */
  held?: string;
  /** Files whose metadata CRAB did not have: when it is asked again, epoch milliseconds, and some of them. */
  withoutMetadata: { files: number; nextLook: number | null; lfns: string[] };
}

/** Blocks told with their names: 20 of 100 files are some 300 KiB. */
const BLOCKS_TOLD = 20;
const LFNS_TOLD = 5;

/** What the publisher would do, as far as it is known now. */
export function planPublication(state: PublisherState): PublicationPlan {
  const waiting = state.queue.filter(({ key }) => !state.inFlight.has(key));
  const lacking = waiting.filter(({ missingSince }) => missingSince !== null);
  let left = waiting.filter(({ missingSince }) => missingSince === null);
  const due = state.nextBlock(left);
  const blocks: PlannedBlock[] = [];
  while (left.length > 0 && blocks.length < BLOCKS_TOLD) {
    const block = cutBlock(filesForBlock(left, state.limit), measureSoFar, state.policy);
    blocks.push(planned(block));
    const taken = new Set(block);
    left = left.filter((file) => !taken.has(file));
  }
  return {
    files: waiting.length,
    blocks,
    moreBlocks: countBlocks(left, state),
    leavesAt: Number.isFinite(due) ? due : null,
    sending: state.inFlight.size,
    ...(state.bar !== null && { held: state.bar }),
    withoutMetadata: {
      files: lacking.length,
      nextLook: lacking.length > 0 ? Math.min(...lacking.map(({ retryAt }) => retryAt)) : null,
      lfns: lacking.slice(0, LFNS_TOLD).map(({ lfn }) => lfn),
    },
  };
}

/** Blocks of these files. Which site's go first changes nothing about their number, so that one pass counts those of 100,000 files. */
function countBlocks(files: QueuedFile[], { limit, policy }: PublisherState): number {
  let blocks = 0;
  for (const atSite of Map.groupBy(files, ({ site }) => site).values())
    for (let at = 0; at < atSite.length; blocks += 1)
      at += cutBlock(atSite.slice(at, at + limit), measureSoFar, policy).length;
  return blocks;
}

function planned(block: QueuedFile[]): PlannedBlock {
  const sum = (of: (file: QueuedFile) => number): number => block.reduce((total, file) => total + of(file), 0);
  return {
    site: block[0]?.site ?? '',
    files: block.length,
    bytes: sum((file) => measureSoFar(file).bytes),
    lumis: sum(({ measure }) => measure?.lumis ?? 0),
    unmeasured: sum(({ measure }) => (measure ? 0 : 1)),
    lfns: block.map(({ lfn }) => lfn),
  };
}
