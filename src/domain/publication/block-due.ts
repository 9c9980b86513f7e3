import type { Policy } from '../policy.ts';
import { filesForBlock, measureSoFar } from './block-cutting.ts';
import type { QueuedFile } from './publisher-state.ts';

/**
 * When the first block of these files is to leave, epoch milliseconds: 0 where one is full, or nobody wants it to wait; Infinity for no files.
 * @param limit files in it at the most: fewer than the policy has while a refused file is looked for
 * @param isLast no more files come
 */
export function blockDue(
  ready: readonly QueuedFile[],
  { maxFilesPerBlock, maxLumisPerBlock, maxBytesPerBlock, blockTimeout, batchWindow }: Policy,
  { limit, isLast }: { limit: number; isLast: boolean },
): number {
  if (ready.length === 0) return Infinity;
  if (ready.length >= maxFilesPerBlock || limit < maxFilesPerBlock) return 0;
  const measures = filesForBlock(ready, limit).map(measureSoFar);
  const lumis = measures.reduce((sum, measure) => sum + measure.lumis, 0);
  const bytes = measures.reduce((sum, measure) => sum + measure.bytes, 0);
  if (lumis >= maxLumisPerBlock || bytes >= maxBytesPerBlock) return 0;
  const oldest = Math.min(...ready.map(({ since }) => since));
  return oldest === 0 ? 0 : oldest + (isLast ? batchWindow : blockTimeout) * 1000;
}
