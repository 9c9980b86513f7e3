import { NEVER_SWEPT } from './batch/kept-source.ts';
import type { FileView } from './batch/views.ts';
import { isInTemporaryArea } from './lfn-areas.ts';
import type { TransferState } from './states.ts';

/** What a sweep of sources came to. */
export interface SweepResult {
  removed: number;
  /** Gone already. */
  absent: number;
  /** Those of both kinds, as `generationOf` names them. */
  swept: string[];
  /** Files that stay, by reason. */
  left: { reason: string; files: number; example: string }[];
}

/** Reasons told apart; what else there is counts as one. */
const MAX_REASONS = 50;
const OTHER_REASONS = 'other reasons';

export const emptySweep = (): SweepResult => ({ removed: 0, absent: 0, swept: [], left: [] });

/** A file's source as it was swept: a newer generation of the file has bytes of its own. */
export const generationOf = ({ key, retry }: { key: string; retry: number }): string => `${key}.${retry}`;

/** Enters that a file stays. */
export function leave(result: SweepResult, reason: string, example: string, files = 1): void {
  const known = result.left.find((left) => left.reason === reason);
  if (known) known.files += files;
  else if (result.left.length < MAX_REASONS || reason === OTHER_REASONS) result.left.push({ reason, files, example });
  else leave(result, OTHER_REASONS, example, files);
}

/** Adds a part of a sweep to the whole. */
export function addSweep(whole: SweepResult, part: SweepResult): void {
  whole.removed += part.removed;
  whole.absent += part.absent;
  whole.swept.push(...part.swept);
  for (const { reason, files, example } of part.left) leave(whole, reason, example, files);
}

/** A file as its task's books have it now. */
export interface BookedFile {
  key: string;
  retry: number;
  batch: number | null;
  transfer: TransferState;
}

/**
 * Why the source of a file may not be swept, before anything is asked of its site; null where it may.
 * @param booked everything that the books have for the file's destination
 * @param retention seconds a source is kept at least
 */
export function whyNotSwept(
  file: FileView,
  batch: number,
  booked: readonly BookedFile[],
  { owner, now, retention }: { owner: string; now: number; retention: number },
): string | null {
  const { kept, sourceLfn } = file;
  if (!kept) return 'it is not left behind any more';
  const never = NEVER_SWEPT[kept.why];
  if (never !== undefined) return never;
  if (!isInTemporaryArea(sourceLfn, owner)) return "it is not in its owner's temporary area";
  if (kept.since === null || now - kept.since < retention * 1000) return 'it is younger than policy.sourceRetention';
  const own = booked.find((entry) => entry.batch === batch && entry.retry === file.retry);
  if (own?.transfer !== file.transfer) return 'the books of its task say otherwise of it';
  // Whatever became of that one: its bytes lie at the same place.
  if (booked.some(({ retry }) => retry > file.retry)) return 'a newer retry of its job was reported';
  return null;
}
