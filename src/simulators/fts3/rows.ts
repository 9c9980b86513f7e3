import type { FtsAttempt, FtsFileRecord, FtsJobRecord, FtsStateChange } from './books.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** States FTS counts as active: what a cancel touches, and what keeps a job open. */
export const ACTIVE_FILE_STATES: ReadonlySet<string> = new Set([
  'STAGING',
  'STARTED',
  'SUBMITTED',
  'READY',
  'ACTIVE',
  'ARCHIVING',
]);

export const ACTIVE_JOB_STATES: ReadonlySet<string> = new Set(['STAGING', 'SUBMITTED', 'READY', 'ACTIVE', 'ARCHIVING']);

/** N ordinary, Y session reuse, H multihop, R one file with several replicas. */
export type JobType = 'N' | 'Y' | 'H' | 'R';

/** What FTS keeps of an attempt that it will repeat: a row of /retries. */
export interface RetryRow {
  attempt: number;
  at: number;
  reason: string;
}

/** A file as FTS's table has it. */
export interface FileRow extends Mutable<Omit<FtsFileRecord, 'history' | 'attempts'>> {
  job: JobRow;
  history: FtsStateChange[];
  attempts: Mutable<FtsAttempt>[];
  sourceSe: string;
  destinationSe: string;
  priority: number;
  /** Set from the moment a copy process exists; decides how a cancel treats the file. */
  pid: number | null;
  /** Seconds. */
  duration: number | null;
  retryLog: RetryRow[];
  selectionStrategy: string;
  stagingMetadata: unknown;
  archiveMetadata: unknown;
  scitag: number | null;
  /** Outdates the file's older places in queues. */
  ticket: number;
}

/** A job as FTS's table has it. */
export interface JobRow extends Mutable<Omit<FtsJobRecord, 'history' | 'files'>> {
  history: FtsStateChange[];
  files: FileRow[];
  type: JobType;
  /** The bearer token it was submitted with; null for users of certificates. */
  token: string | null;
  sourceSe: string | null;
  destinationSe: string | null;
  cancelled: boolean;
  overwriteFlag: string | null;
  verifyChecksum: string;
  retry: number;
  /** Seconds. */
  retryDelay: number;
  /** Epoch seconds. */
  queueDeadline: number | null;
  internalParams: string | null;
  sourceSpacetoken: string | null;
  destinationSpacetoken: string | null;
  copyPinLifetime: number;
  bringOnline: number;
  archiveTimeout: number;
  dstFileReport: boolean;
  /** Files in active states. */
  openFiles: number;
  /** Nothing has changed since it was last written to the state file. */
  isKept: boolean;
}
