import type { ArrivalResult, SettleResult } from '../domain/batch/settling.ts';
import type { CredentialRef, FileRecord } from '../domain/file.ts';

/** Files that arrived after they were cancelled. */
export interface ArrivalRequest {
  credential: CredentialRef;
  /** Until then, epoch milliseconds, the activity waits by itself where the owner has no credential; null for as long as it takes. */
  waitUntil: number | null;
  files: { key: string; record: FileRecord }[];
}

export interface SettleRequest extends ArrivalRequest {
  /** `needsSum`: a destination of the right size is not enough where a checksum is lacking. */
  files: { key: string; record: FileRecord; removeSource: boolean; needsSum: boolean }[];
}

export interface StorageActivities {
  /** Looks at each destination and, where the right bytes are there, removes the source if it is still the same. */
  settleFiles(request: SettleRequest): Promise<SettleResult[]>;
  /** Removes files that arrived at their destinations after they were cancelled, if they are ours. */
  removeArrived(request: ArrivalRequest): Promise<ArrivalResult[]>;
}
