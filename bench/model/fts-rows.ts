import type { CopyFailure } from '../support/cms-copies.ts';
import type { Planned } from './event-queue.ts';

/** How FTS behaves. */
export interface FtsOptions {
  /** Copies at a time on a link. FTS's optimizer goes up from 2 as long as copies succeed. @default 50 */
  activePerLink?: number;
  /** Into a site (FTS's own default is 60; CMS's large sites allow 200). @default 200 */
  activePerSite?: number;
  /** Who came first is first, whatever the priority of a job. @default false */
  inOrderOfArrival?: boolean;
  /** What a copy comes to, instead of what is drawn in production's proportions; undefined to draw it. */
  outcomeOf?: (row: FtsRow, now: number) => CopyFailure | null | undefined;
  /** A copy cannot be started before then, epoch milliseconds: a link that is stuck. */
  startableAt?: (row: FtsRow, now: number) => number;
  /** Seconds that a copy takes, instead of what is drawn. */
  secondsOf?: (row: FtsRow) => number;
}

/** A file of an FTS job. */
export interface FtsRow {
  key: string;
  job: FtsJob;
  source: string;
  destination: string;
  bytes: number;
  state: 'SUBMITTED' | 'ACTIVE' | 'FINISHED' | 'FAILED' | 'CANCELED';
  reason: string;
  /** Epoch milliseconds; null where it has not. */
  startedAt: number | null;
  finishedAt: number | null;
  next: Planned | null;
}

export interface FtsJob {
  id: string;
  priority: number;
  rows: FtsRow[];
  submittedAt: number;
  /** Rows that have ended since its last look. */
  news: number;
  /** When a look last saw a change. */
  changedAt: number;
  open: number;
}
