import type { Client } from '@temporalio/client';
import type { CrabWord } from '../domain/crab-word.ts';
import type { CrabPort } from '../ports/crab.ts';
import type { CrabQueuePort } from '../ports/crab-queue.ts';

/** What a puller works with. */
export interface PullParts {
  client: Client;
  crab: CrabPort;
  queue: CrabQueuePort;
  /** Its own name in CRAB's rows, which no other puller has. */
  worker: string;
  /** Rows it has in hand at the most, acquired and not yet told on; further ones are left in the queue. */
  limit: number;
  /** Seconds after which a file whose metadata CRAB does not have is set aside. */
  metadataTimeout: number;
  /** Is told of everything that went wrong and is tried again. */
  warn: (problem: string) => void;
}

/** Tells rows what no workflow would tell them. A row that CRAB refuses is warned of, and comes again with the next round. */
export async function tellOwn(
  { crab, warn }: Pick<PullParts, 'crab' | 'warn'>,
  words: readonly CrabWord[],
): Promise<void> {
  if (words.length === 0) return;
  for (const { id, reason } of await crab.tellRows(words)) warn(`row ${id}: CRAB refuses its state: ${reason}`);
}

/** A word of a puller's own, of a row that no workflow has. It is about whatever generation the row is of. */
export const wordOfOwn = (worker: string, id: string, said: Partial<CrabWord>): CrabWord => ({
  ...{ id, startTime: Number.MAX_SAFE_INTEGER, worker, transfer: null, reason: null, fts: null, publication: null },
  ...{ publicationReason: null, ...said },
});
