import type { BatchFile } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';

/** What our own look at a file's destination, and the removal of its source, came to. */
export interface SettleResult {
  key: string;
  /** `right`: size and checksum as reported; `unknown`: the storage did not tell. */
  destination: 'right' | 'wrong' | 'absent' | 'unknown';
  /** `changed`: other bytes lie there now, which we leave alone; `left`: it could not be removed this time. */
  source: 'removed' | 'changed' | 'left' | 'untouched';
  /** Why the look or the removal failed. */
  reason: string | null;
}

/** After so many looks in vain an arrived file counts as DONE on FTS's word alone: its source is kept until a look succeeds. */
const LOOKS_BEFORE_TRUST = 3;

/** Files whose look or clean-up is due. */
export function dueForLook(state: BatchState, now: number): BatchFile[] {
  return [...state.files.values()].filter(({ lookAt }) => lookAt !== null && lookAt <= now);
}

/** When the next look is due, epoch milliseconds; null where none is. */
export function nextLookAt(state: BatchState): number | null {
  const times = [...state.files.values(), ...state.shadows].flatMap(({ lookAt }) => lookAt ?? []);
  return times.length ? Math.min(...times) : null;
}

/** Enters the results of looks and clean-ups. */
export function applySettleResults(
  state: BatchState,
  results: SettleResult[],
  now: number,
  random: () => number,
): void {
  for (const result of results) {
    const file = state.files.get(result.key);
    if (!file || file.lookAt === null) continue;
    file.looks += 1;
    file.lookAt = null;
    file.sourceReason = result.reason;
    if (file.phase === 'arrived') settle(state, file, result, now, random);
    if (file.transfer === 'DONE') cleanUp(state, file, result, now);
  }
}

function settle(state: BatchState, file: BatchFile, result: SettleResult, now: number, random: () => number): void {
  const { suspicion } = file;
  const trusted = result.destination === 'unknown' && !suspicion && file.looks >= LOOKS_BEFORE_TRUST;
  if (result.destination === 'right' || trusted) {
    file.phase = 'settled';
    file.transfer = 'DONE';
    file.suspicion = null;
    file.looks = 0;
  } else if (result.destination === 'unknown' && !(suspicion && state.isLate(file, now))) later(state, file, now);
  else if (suspicion) state.failed(file, suspicion.reason, suspicion.state, now, random);
  else {
    const found = result.destination === 'absent' ? 'no file' : 'other bytes';
    state.failed(file, `DESTINATION [5] size mismatch: FTS reported success, ASO found ${found}`, 'FAILED', now, random);
  }
}

/** A source that could not be removed, or a destination not seen yet, is tried again on its own; it never fails the transfer. */
function cleanUp(state: BatchState, file: BatchFile, result: SettleResult, now: number): void {
  if (result.source === 'removed') file.source = 'removed';
  else if (result.source === 'changed') file.source = 'left';
  else if (result.destination === 'wrong' || result.destination === 'absent') {
    // It counted as DONE on FTS's word alone, which was wrong: the source is all that is left.
    file.source = 'left';
    file.sourceReason = `the destination is ${result.destination}`;
  } else if (file.source === 'present') later(state, file, now);
}

function later(state: BatchState, file: BatchFile, now: number): void {
  const { cleanupDelay, cleanupDelayMax } = state.policy;
  file.lookAt = now + Math.min(cleanupDelay * 2 ** Math.min(file.looks - 1, 20), cleanupDelayMax) * 1000;
}
