import type { FtsFileResult } from './fts-results.ts';

/**
 * Whether the copy behind a row of FTS can still touch its destination. `open`: the row is not terminal, and will tell; `dying`:
 * cancelled, FTS fills the finish time when it has stopped the copy; `unseen`: the row was cancelled alone, so that its copy runs on and
 * FTS hears nothing of its end; `ended`; `none`: it never started.
 */
export type CopyFate = 'open' | 'dying' | 'unseen' | 'ended' | 'none';

const TERMINAL = new Set(['FINISHED', 'FAILED', 'CANCELED']);

/** Terminal for FTS. Any state we do not know is not. */
export const isTerminalInFts = (state: string): boolean => TERMINAL.has(state);

/** What FTS's row says of its copy. */
export function fateOf({ state, reason, startedAt, finishedAt }: FtsFileResult): CopyFate {
  if (!isTerminalInFts(state)) return 'open';
  if (state !== 'CANCELED') return 'ended';
  if (finishedAt === null) return 'dying';
  if (startedAt === null) return 'none';
  // A cancel of the whole job gives a reason, and so does a copy that was stopped; a cancel of single files gives none.
  return reason === '' ? 'unseen' : 'ended';
}

/** States that FTS's cancel of a job passes over: nothing of such a file runs. */
const NEVER_STARTED = new Set(['NOT_USED', 'ON_HOLD', 'ON_HOLD_STAGING', 'TOKEN_PREP']);
const ENDED_JOB = new Set(['FINISHED', 'FAILED', 'FINISHEDDIRTY', 'CANCELED']);

/** A file that its job left behind: the job is over, and the file waits for what will not come any more. */
export const isLeftBehind = (jobState: string, fileState: string): boolean =>
  ENDED_JOB.has(jobState) && NEVER_STARTED.has(fileState);

/**
 * Seconds after which no copy of a file of this size runs any more: FTS ends it after 660 s and 2 s for each MiB (url-copy's
 * heuristics.cpp:161-170), and kills it an hour later if that did not help (CancelerService.cpp:147).
 */
export const longestCopy = (bytes: number): number => 660 + 2 * Math.ceil(bytes / 2 ** 20) + 3600;
