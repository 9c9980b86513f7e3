import type { PublicationState, TransferState } from './states.ts';

/** Where a file stands in one of its two stages, transfer or publication, for whoever cares for it. */
export interface StageView<S extends string> {
  state: S;
  /** What went wrong, or who stopped it, in words; null for nothing. While it is tried again: what went wrong last. */
  reason: string | null;
  /** The same as FTS, storage, DBS or CRAB said it; null where nobody did. */
  said: string | null;
  /** What it waits for, in words; null where nothing more happens by itself. */
  waitsFor: string | null;
  /** How often it was tried: FTS jobs for a transfer; looks for its metadata, or at DBS, for a publication. */
  attempts: number;
  /** When something is tried next, epoch milliseconds; null where that depends on others. */
  nextTry: number | null;
}

export type TransferView = StageView<TransferState>;
export type PublicationView = StageView<PublicationState>;

/** A stage of which there is nothing to say but what is given. */
export const stage = <S extends string>(state: S, known: Partial<StageView<S>> = {}): StageView<S> => ({
  ...{ state, reason: null, said: null, waitsFor: null, attempts: 0, nextTry: null },
  ...known,
});
