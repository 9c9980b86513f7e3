import { sha256Hex } from '../digest.ts';
import type { FailureClass } from '../failure-classes.ts';
import type { FileType } from '../file.ts';
import type { PublicationState, TransferState } from '../states.ts';

/**
 * A file as its task knows it: an index entry, a few bytes when written down. Its record, reasons and attempts are
 * with the batch that owns it.
 */
export interface LedgerEntry {
  /** Key of the destination, 16 hex digits: a task has one live file per destination. */
  key: string;
  /** 32 bits of the file id: tells a re-run of the same file from another file with the same destination. */
  check: number;
  retry: number;
  /** Epoch seconds. */
  startTime: number;
  type: FileType;
  /** Batch that owns it; 0 while it waits in the window, or where it was rejected. */
  batch: number;
  transfer: TransferState;
  publication: PublicationState;
  failure: FailureClass | null;
  /** The rule a REJECTED record breaks. */
  rule: string | null;
  /** Index into the ledger's links. */
  link: number;
  /** Index into the ledger's datasets; -1 for none. */
  dataset: number;
  /** The batch of an earlier generation that has to let go first; 0 for none. */
  awaits: number;
  /** Its publication FAILED only because a sibling did: reopened when the sibling is retried. */
  incomplete: boolean;
  /** A jobOutput workflow waits for its outcome. */
  waits: boolean;
  /** CRAB's row does not say yet how it ended, and nobody but the task would tell it. */
  untold: boolean;
}

/** A job of the task with the files reported for it so far, older generations that were never reported again included. */
export interface LedgerJob {
  id: string;
  /** Newest retry reported. */
  retry: number;
  /** Files announced for that retry. */
  expected: number;
  entries: LedgerEntry[];
}

/** Key of a destination within a task: the first 64 bits of the SHA-256 of site and LFN. */
export const destinationKey = (destination: string, lfn: string): string =>
  sha256Hex(`${destination}:${lfn}`).slice(0, 16);

/** 32 bits that tell one file id from another. */
export const idCheck = (fileId: string): number => parseInt(sha256Hex(fileId).slice(0, 8), 16);

/** -1, 0 or 1: whether one report of a file is older than, the same as, or newer than another. */
export function compareGeneration(
  a: { retry: number; startTime: number },
  b: { retry: number; startTime: number },
): number {
  return Math.sign(a.retry - b.retry || a.startTime - b.startTime);
}
