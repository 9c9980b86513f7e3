import type { Policy } from '../policy.ts';
import type { Measure, QueuedFile } from './publisher-state.ts';

/** Files that the next block could hold: those at the site of the one that has waited longest, in order, at most `limit`. */
export function filesForBlock(ready: readonly QueuedFile[], limit: number): QueuedFile[] {
  const [first, ...others] = ready;
  if (!first) return [];
  const { site } = others.reduce((oldest, file) => (file.since < oldest.since ? file : oldest), first);
  return ready.filter((file) => file.site === site).slice(0, limit);
}

/** The first of these files that one block may hold; a file above the limits by itself gets a block of its own. */
export function cutBlock(
  files: readonly QueuedFile[],
  measureOf: (file: QueuedFile) => Measure,
  { maxLumisPerBlock, maxBytesPerBlock }: Policy,
): QueuedFile[] {
  const block: QueuedFile[] = [];
  let lumis = 0;
  let bytes = 0;
  for (const file of files) {
    const measure = measureOf(file);
    lumis += measure.lumis;
    bytes += measure.bytes;
    if (block.length > 0 && (lumis > maxLumisPerBlock || bytes > maxBytesPerBlock)) break;
    block.push(file);
  }
  return block;
}

/** What is known of a file's size before CRAB was asked: its bytes, as reported. */
export const measureSoFar = ({ measure, size }: QueuedFile): Measure => measure ?? { lumis: 0, bytes: size };
