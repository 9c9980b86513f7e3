import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import type { Errand } from '../domain/operations/hold.ts';
import type { FtsJobRef } from './fts.types.ts';

export interface FollowRequest extends FtsJobRef {
  /** Files that are waited for: any of them being over is a change. */
  keys: string[];
  followFirst: number;
  followMax: number;
  followGrid: number;
  /** When to give up waiting for a change, epoch milliseconds, and what is then said. */
  giveUpAt: number;
  giveUpReason: string;
  /** What the copies are about: operators' rules may call them back, and breakers count how they end. */
  errand?: Errand;
  /** Asked for this task: that of its owner does not count. */
  taskPriority?: number;
}

export type FollowResult =
  | { kind: 'changed'; files: FtsFileResult[] }
  | { kind: 'gone' }
  | { kind: 'stalled'; reason: string }
  /** An operator wants what FTS has of it called back. */
  | { kind: 'recalled'; reason: string };

export interface PermissionRequest extends Errand {
  /** Of the batch, among those that ask. */
  who: string;
  /** Why it is held, by what was said last. */
  reason: string;
}

export interface FollowActivities {
  followFtsJob(request: FollowRequest): Promise<FollowResult>;
  /** Waits until no operator's rule holds an errand any more; answers `held` where another one holds it by now. */
  awaitPermission(request: PermissionRequest): Promise<{ held: string | null }>;
}
