import { wordFor, type CrabWord, type ToldCrab } from '../crab-word.ts';
import type { BatchFile } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';
import { outcomeOfFile } from './views.ts';

const NOTHING: ToldCrab = { transfer: null, reason: null, ftsJobId: null, publication: null, publicationReason: null };

/** Whether CRAB is to be told anything: never where its books are not kept. */
export const hasNewsForCrab = (state: BatchState): boolean =>
  state.policy.crabBookkeeping && [...state.files.values()].some((file) => newsOf(state, file) !== null);

/** What CRAB is to be told now, of each file the newest only. It counts as told once `toldCrab` is called with it. */
export function newsForCrab(state: BatchState): CrabWord[] {
  if (!state.policy.crabBookkeeping) return [];
  return [...state.files.values()].flatMap((file) => newsOf(state, file) ?? []);
}

/**
 * CRAB has these words, but for those whose rows are newer generations' by now. Of a file that one has replaced meanwhile nothing is noted.
 * @param outdated ids of the rows
 */
export function toldCrab(state: BatchState, words: readonly CrabWord[], outdated: readonly string[]): void {
  const files = new Map([...state.files.values()].map((file) => [file.record.id, file]));
  for (const { id, startTime, transfer, reason, fts, publication, publicationReason } of words) {
    const file = files.get(id);
    if (file?.record.startTime !== startTime) continue;
    file.toldCrab = {
      ...(file.toldCrab ?? NOTHING),
      ...(transfer && { transfer, reason }),
      ...(fts && { ftsJobId: fts.jobId }),
      ...(publication && { publication, publicationReason }),
      ...(outdated.includes(id) && { outdated: true }),
    };
  }
}

function newsOf(state: BatchState, file: BatchFile): CrabWord | null {
  const told = file.toldCrab ?? NOTHING;
  if (told.outdated) return null;
  const transfer = transferOf(state, file);
  const publication = publicationOf(file);
  const isMoved =
    transfer !== null &&
    (transfer.transfer !== told.transfer || transfer.reason !== told.reason || ftsJobOf(file) !== told.ftsJobId);
  const isPublished =
    publication !== null &&
    (publication.publication !== told.publication || publication.publicationReason !== told.publicationReason);
  if (!isMoved && !isPublished) return null;
  const word = wordFor(file.record);
  if (isMoved) Object.assign(word, transfer, { fts: newFtsJob(state, file, told) });
  if (isPublished) Object.assign(word, publication);
  return word;
}

/**
 * A file's state by CRAB's names. A kill under way, and what waits for its first attempt, is no news: CRAB takes KILL for the end. HELD is
 * a RETRY with its reason. SUBMITTED is said when FTS has the job, together with its id.
 */
function transferOf(state: BatchState, file: BatchFile): Pick<CrabWord, 'transfer' | 'reason'> | null {
  const failure = file.attempts.at(-1)?.reason ?? null;
  switch (file.transfer) {
    case 'SUBMITTED':
      return file.phase === 'sent' && state.ftsJobId !== null ? { transfer: 'SUBMITTED', reason: null } : null;
    case 'RETRY':
      return { transfer: 'RETRY', reason: failure };
    case 'HELD':
      return { transfer: 'RETRY', reason: `held: ${file.heldReason ?? 'its site is closed'}` };
    case 'DONE':
      return { transfer: 'DONE', reason: null };
    case 'FAILED':
      return { transfer: 'FAILED', reason: failure };
    case 'KILLED':
      return { transfer: 'KILLED', reason: outcomeOfFile(file).reasons.at(-1) ?? null };
    case 'NEW':
    case 'KILL':
    case 'REJECTED':
      return null;
  }
}

/** Ends only: that a publication is under way is nothing that CRAB would wait for. */
function publicationOf(file: BatchFile): Pick<CrabWord, 'publication' | 'publicationReason'> | null {
  if (file.phase !== 'settled') return null;
  const { publication, publicationReason } = outcomeOfFile(file);
  if (publication === 'DONE') return { publication, publicationReason: null };
  return publication === 'FAILED' ? { publication, publicationReason } : null;
}

const ftsJobOf = (file: BatchFile): string | null => file.ftsJobIds.at(-1) ?? null;

function newFtsJob({ target }: BatchState, file: BatchFile, told: ToldCrab): CrabWord['fts'] {
  const jobId = ftsJobOf(file);
  return jobId === null || jobId === told.ftsJobId ? null : { jobId, server: target?.server ?? '' };
}
