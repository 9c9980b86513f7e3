import type { BatchFile } from './batch-file.ts';
import { classify } from '../failure-classes.ts';
import type { BatchState } from './batch-state.ts';
import { releaseWholeJobs } from './release.ts';

/** What our own look at a file's destination, and the removal of its source, came to. */
export interface SettleResult {
  key: string;
  /**
   * `right`: size and checksum as reported; `unproven`: the size is, and the checksum that was needed is lacking on one side; `unknown`: the
   * storage did not tell; `unasked`: it could not be asked, for a reason of ours.
   */
  destination: 'right' | 'unproven' | 'wrong' | 'absent' | 'unknown' | 'unasked';
  /**
   * `changed`: other bytes lie there now, which we leave alone; `left`: it could not be removed this time; `uncleaned`: there is no way to
   * remove it.
   */
  source: 'removed' | 'changed' | 'left' | 'uncleaned' | 'untouched';
  /** Why the look or the removal failed. */
  reason: string | null;
}

/** What the look for a cancelled file came to: its copy may have ended well all the same. */
export interface ArrivalResult {
  key: string;
  /**
   * `removed`: it was there, with the right bytes; `foreign`: other bytes, left alone; `unknown`: the storage did not tell; `unasked`: it could
   * not be asked, for a reason of ours.
   */
  found: 'removed' | 'foreign' | 'absent' | 'unknown' | 'unasked';
}

/** After so many looks in vain an arrived file counts as DONE on FTS's word alone: its source is kept until a look succeeds. */
const LOOKS_BEFORE_TRUST = 3;

/**
 * How long looks for these files may wait for a credential, epoch milliseconds; null for as long as it takes, since one of them is not
 * final. Afterwards what is left is left for the sweep: else the batch, and with it the task, would never end.
 */
export function cleanUpEnds(state: BatchState, files: BatchFile[]): number | null {
  const ends = files.map(({ phase, finalAt }) => (phase === 'settled' ? finalAt : null));
  if (ends.includes(null)) return null;
  return Math.max(...ends.map(Number)) + state.policy.cleanupTimeout * 1000;
}

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
    if (result.destination !== 'unasked') file.looks += 1;
    file.lookAt = null;
    file.sourceReason = result.reason;
    if (file.phase === 'arrived') settle(state, file, result, now, random);
    if (file.transfer === 'DONE') cleanUp(state, file, result, now);
  }
  releaseWholeJobs(state);
}

function settle(state: BatchState, file: BatchFile, result: SettleResult, now: number, random: () => number): void {
  const { suspicion } = file;
  const isUnseen = result.destination === 'unknown' || result.destination === 'unasked';
  const trusted = result.destination === 'unknown' && !suspicion && file.looks >= LOOKS_BEFORE_TRUST;
  if (result.destination === 'right' || trusted) {
    file.phase = 'settled';
    file.finalAt = now;
    file.transfer = 'DONE';
    file.suspicion = null;
    file.looks = 0;
    state.events.add('done', file, now, { since: file.submittedAt });
  } else if (isUnseen && !(suspicion && state.isLate(file, now))) later(state, file, now);
  else if (suspicion) {
    file.foreign ||= !isUnseen && result.destination !== 'absent' && metAnother(file);
    state.failed(file, suspicion.reason, suspicion.state, now, random);
  } else {
    const found = result.destination === 'absent' ? 'no file' : 'other bytes';
    state.failed(
      file,
      `DESTINATION [5] size mismatch: FTS reported success, ASO found ${found}`,
      'FAILED',
      now,
      random,
    );
  }
}

/**
 * Whether our look needs the checksum for proof, the size alone not being enough: where FTS found a file before our first attempt, it may be
 * anybody's. To be asked before the look, since that removes the source with what it finds right.
 */
export const needsSum = (file: BatchFile): boolean =>
  metAnother(file) && (file.foreign || (file.ftsJobIds.length <= 1 && !file.regenerated));

/** FTS says that a file lies at the destination already. */
const metAnother = ({ suspicion }: BatchFile): boolean =>
  suspicion !== null && classify(suspicion.reason, suspicion.state).class === 'exists';

/** A source that could not be removed, or a destination not seen yet, is tried again on its own; it never fails the transfer. */
function cleanUp(state: BatchState, file: BatchFile, result: SettleResult, now: number): void {
  file.finalAt ??= now;
  const before = file.source;
  if (result.source === 'removed' || result.source === 'changed' || result.source === 'uncleaned')
    file.source = result.source;
  else if (result.destination === 'wrong' || result.destination === 'absent') {
    // It counted as DONE on FTS's word alone, which was wrong: the source is all that is left.
    file.source = 'left';
    file.sourceReason = `the destination is ${result.destination}`;
  } else if (file.source === 'present') {
    if (now >= (cleanUpEnds(state, [file]) ?? Infinity)) file.source = 'uncleaned';
    else later(state, file, now);
  }
  if (before === 'present' && file.source === 'removed')
    state.events.add('cleaned', file, now, { since: file.finalAt });
  else if (file.source !== before)
    state.events.add('uncleaned', file, now, { reason: file.sourceReason ?? file.source });
}

function later(state: BatchState, file: BatchFile, now: number): void {
  const { cleanupDelay, cleanupDelayMax } = state.policy;
  file.lookAt = now + Math.min(cleanupDelay * 2 ** Math.min(Math.max(file.looks - 1, 0), 20), cleanupDelayMax) * 1000;
}
