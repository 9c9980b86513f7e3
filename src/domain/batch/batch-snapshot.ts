import type { DroppedFile, FtsTarget } from '../orders.ts';
import type { BatchFile } from './batch-file.ts';
import type { Shadow } from './shadows.ts';

/** What a continued run of a batch is given. */
export interface BatchSnapshot {
  files: BatchFile[];
  attempt: number;
  startedAt: number;
  target: FtsTarget | null;
  newTarget: FtsTarget | null;
  slot: 'wanted' | 'active' | 'idle';
  dropped: DroppedFile[];
  shadows: Shadow[];
  toldLingering: boolean;
  /** Absent in snapshots of before it was told. */
  toldEndsPublished?: boolean;
  /** Bytes by state as told last; absent in snapshots of before they were counted. */
  toldBytes?: string;
  /** The FTS job in flight, if any. */
  ftsJobId: string | null;
  ftsDigest: string;
  /** When it was submitted, epoch milliseconds. */
  submittedAt: number;
  /** Changes of server since the last submission. */
  moves: number;
  finished: boolean;
  /** Why an operator's rule holds everything; absent or null where none does. */
  bar?: string | null;
  /** What an operator has asked for; absent or null where nobody has. */
  priority?: number | null;
  /** What the job in flight has by what was told FTS. */
  jobPriority?: number | null;
}
