import { ATTEMPT_TIMEOUT_REASON, classify } from '../failure-classes.ts';
import type { BatchFile } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';

/** A file of our FTS job as the look found it. */
export interface FtsFileResult {
  key: string;
  /** FTS's state name. */
  state: string;
  reason: string;
  /** Epoch seconds; FTS fills it late for copies it had to stop. */
  finishedAt: number | null;
}

const TERMINAL = new Set(['FINISHED', 'FAILED', 'CANCELED']);

/** Terminal for FTS. Any state we do not know is not. */
export const isTerminalInFts = (state: string): boolean => TERMINAL.has(state);

/** Enters what FTS says of the files of the current job; files that are not terminal stay as they are. */
export function applyFtsResults(state: BatchState, results: FtsFileResult[], now: number, random: () => number): void {
  for (const result of results) {
    const file = state.files.get(result.key);
    if (file?.phase !== 'sent' || !isTerminalInFts(result.state)) continue;
    // Its copy has ended by itself, unless somebody cancelled it.
    if (file.kill?.why === 'superseded')
      state.stopped(file, result.state === 'CANCELED' ? graceAfter(state, result, now) : 0, now);
    else if (result.state === 'FINISHED') state.arrived(file, now);
    else if (mayBeThere(result)) state.arrived(file, now, { reason: result.reason, state: result.state });
    else state.failed(file, result.reason, result.state, now, random);
  }
}

/** FTS lost the job, or never had it: what it did is unknown, so every file may have arrived. */
export function applyJobGone(state: BatchState, now: number): void {
  for (const file of state.list('sent'))
    if (file.kill?.why === 'superseded') state.stopped(file, graceAfter(state, null, now), now);
    else state.arrived(file, now, { reason: 'FTS does not know the job any more', state: 'FAILED' });
}

/** Before then a cancelled copy may still be dying. */
const graceAfter = (state: BatchState, result: FtsFileResult | null, now: number): number =>
  (result?.finishedAt ? result.finishedAt * 1000 : now) + state.policy.cancelGrace * 1000;

/** "File exists" may be our own earlier copy; a source may be missing because the copy is safe already. */
function mayBeThere({ reason, state }: FtsFileResult): boolean {
  const failure = classify(reason, state).class;
  return failure === 'exists' || failure === 'no-source';
}

/**
 * Enters what FTS says after we cancelled: FINISHED before our DELETE is an arrival; the others have stopped. `timedOut`: we cancelled the
 * job for taking too long, so files that nobody wants killed go into another attempt.
 */
export function applyCancelResults(
  state: BatchState,
  asked: BatchFile[],
  results: FtsFileResult[],
  timedOut: string | null,
  now: number,
  random: () => number,
): void {
  const byKey = new Map(results.map((result) => [result.key, result]));
  for (const file of asked) {
    if (file.phase !== 'sent') continue;
    const result = byKey.get(file.key);
    if (file.kill?.why === 'superseded' && result && !isTerminalInFts(result.state)) {
      file.spared = true;
      continue;
    }
    if (!result && file.kill?.why !== 'superseded') {
      // FTS lost it: what it did is unknown, so that the file may have arrived.
      state.arrived(file, now, { reason: 'FTS does not know the file any more', state: 'FAILED' });
      continue;
    }
    const notBefore = graceAfter(state, result ?? null, now);
    if (result?.state === 'FINISHED' && file.kill?.why !== 'superseded') state.arrived(file, now);
    else if (file.kill) state.stopped(file, notBefore, now);
    else {
      state.failed(file, `${ATTEMPT_TIMEOUT_REASON}: ${timedOut ?? 'cancelled'}`, 'CANCELED', now, random);
      file.notBefore = notBefore;
    }
  }
}
