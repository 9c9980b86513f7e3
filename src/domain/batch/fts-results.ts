import { classify } from '../failure-classes.ts';
import type { BatchFile } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';
import { fateOf, isTerminalInFts } from './copy-fate.ts';
import { setAside } from './holding.ts';
import { shadowsStopped, watchCopy } from './shadows.ts';

/** A file of our FTS job as the look found it. */
export interface FtsFileResult {
  key: string;
  /** FTS's state name. */
  state: string;
  reason: string;
  /** Epoch seconds, by FTS's clock; null for a copy that never started. */
  startedAt: number | null;
  /** Epoch seconds, by FTS's clock, which may be wrong; FTS fills it late for copies it had to stop. */
  finishedAt: number | null;
}

/** Enters what FTS says of the files of the current job; files that are not terminal stay as they are. */
export function applyFtsResults(state: BatchState, results: FtsFileResult[], now: number, random: () => number): void {
  for (const result of results) {
    const file = state.files.get(result.key);
    if (file?.phase !== 'sent' || !isTerminalInFts(result.state)) continue;
    // Somebody else may have cancelled it alone, which leaves its copy running.
    watchCopy(state, file, result, { ...jobInFlight(state), stopped: true }, now);
    if (file.kill?.why === 'superseded') state.stopped(file, freeAt(state, result, now), now);
    else if (result.state === 'FINISHED') state.arrived(file, now);
    else if (mayBeThere(result)) state.arrived(file, now, { reason: result.reason, state: result.state });
    else {
      file.notBefore = Math.max(file.notBefore, freeAt(state, result, now));
      state.failed(file, result.reason, result.state, now, random);
    }
  }
}

/** FTS lost the job, or never had it: what it did is unknown, so every file may have arrived. */
export function applyJobGone(state: BatchState, now: number): void {
  for (const file of state.list('sent'))
    if (file.kill?.why === 'superseded') state.stopped(file, now + state.policy.cancelGrace * 1000, now);
    else state.arrived(file, now, { reason: 'FTS does not know the job any more', state: 'FAILED' });
}

const jobInFlight = ({ ftsJobId, ftsDigest }: BatchState): { jobId: string; digest: string } => ({
  jobId: ftsJobId ?? '',
  digest: ftsDigest,
});

/**
 * Before then a cancelled copy may still be dying. It counts from when we saw its end: FTS's own times are by another clock. What ended by
 * itself, or never started, has nothing left to remove.
 */
function freeAt(state: BatchState, result: FtsFileResult, now: number): number {
  const isHarmless = result.state !== 'CANCELED' || fateOf(result) === 'none';
  return isHarmless ? 0 : now + state.policy.cancelGrace * 1000;
}

/** "File exists" may be our own earlier copy; a source may be missing because the copy is safe already. */
function mayBeThere({ reason, state }: FtsFileResult): boolean {
  const failure = classify(reason, state).class;
  return failure === 'exists' || failure === 'no-source';
}

/** How files of the current job were cancelled. */
export interface Cancelled {
  asked: BatchFile[];
  /** The job as a whole, which stops running copies; singly it leaves them alone. */
  whole: boolean;
  /** Why we gave up the job ourselves, null where we did not: files that nobody wants killed have failed with it. */
  givenUp: string | null;
  /** An operator has called the job back: that is no failure of its files, which wait. */
  barred?: boolean;
}

/** Enters what FTS says after we cancelled: FINISHED before our DELETE is an arrival; of the others nothing is waited for any more. */
export function applyCancelResults(
  state: BatchState,
  { asked, whole, givenUp, barred }: Cancelled,
  results: FtsFileResult[],
  now: number,
  random: () => number,
): void {
  const job = jobInFlight(state);
  if (whole) shadowsStopped(state, job.jobId);
  const rows = new Map(results.map((result) => [result.key, result]));
  for (const file of asked) {
    if (file.phase !== 'sent') continue;
    const row = rows.get(file.key);
    const isSuperseded = file.kill?.why === 'superseded';
    if (!row && !isSuperseded) {
      // FTS lost it: what it did is unknown, so that the file may have arrived, and its copy may be dying.
      file.notBefore = Math.max(file.notBefore, now + state.policy.cancelGrace * 1000);
      state.arrived(file, now, { reason: 'FTS does not know the file any more', state: 'FAILED' });
      continue;
    }
    if (row?.state === 'FINISHED' && !isSuperseded) {
      state.arrived(file, now);
      continue;
    }
    // It failed by itself before our DELETE.
    if (barred && row?.state === 'FAILED') {
      applyFtsResults(state, [row], now, random);
      continue;
    }
    if (row) watchCopy(state, file, row, { ...job, stopped: whole }, now);
    const notBefore = row ? freeAt(state, row, now) : now + state.policy.cancelGrace * 1000;
    if (file.kill) state.stopped(file, notBefore, now);
    else {
      file.notBefore = Math.max(file.notBefore, notBefore);
      if (barred) setAside(state, file, givenUp ?? '', now);
      else state.failed(file, givenUp ?? 'cancelled', 'FAILED', now, random);
    }
  }
}
