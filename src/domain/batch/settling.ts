import type { BatchFile } from './batch-file.ts';
import { classify } from '../failure-classes.ts';
import type { BatchState } from './batch-state.ts';
import { releaseWholeJobs } from './release.ts';

/** What our own look at a file's destination, and the removal of its source, came to. */
export interface SettleResult {
  key: string;
  /**
   * `right`: size and checksum as reported; `likely`: the size is, and the source, whose checksum is the only one to compare with, did not
   * answer; `unproven`: the size is, and the checksum that was needed is lacking on one side; `unknown`: the storage did not tell; `unasked`: it
   * could not be asked, for a reason of ours.
   */
  destination: 'right' | 'likely' | 'unproven' | 'wrong' | 'absent' | 'unknown' | 'unasked';
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

/** After so many looks it is certain that there is no way to see a storage, on whichever worker: a setting may be missing on one of them. */
const LOOKS_WITHOUT_WAY = 3;

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
  if (result.destination === 'right' || isTrusted(state, file, result, now)) {
    file.phase = 'settled';
    file.finalAt = now;
    file.transfer = 'DONE';
    file.suspicion = null;
    file.looks = 0;
    state.events.add('done', file, now, { since: file.submittedAt });
  } else if (isUndecided(state, file, result, now)) later(state, file, now);
  else if (suspicion) {
    file.foreign ||= !isUnseen(result) && result.destination !== 'absent' && metAnother(file);
    state.failed(file, suspicion.reason, suspicion.state, now, random);
  } else state.failed(file, disappointment(result), 'FAILED', now, random);
}

/** The look has not shown what lies there. */
const isUnseen = ({ destination }: SettleResult): boolean =>
  destination === 'unknown' || destination === 'unasked' || destination === 'likely';

/** Whether to look again: until the file's time over all attempts is up, which a reason of ours alone does not end. */
function isUndecided(state: BatchState, file: BatchFile, result: SettleResult, now: number): boolean {
  if (!isUnseen(result)) return false;
  return !state.isLate(file, now) || (result.destination === 'unasked' && file.suspicion === null);
}

/**
 * Whether a file that we have not seen whole counts as arrived all the same, on the word of FTS: where nobody can see its storage, and when
 * its time is up, if FTS has compared its checksum or we have seen its size. Its source is kept.
 */
function isTrusted(state: BatchState, file: BatchFile, { destination, source }: SettleResult, now: number): boolean {
  if (file.suspicion) return false;
  if (destination === 'unknown' && source === 'uncleaned') return file.looks >= LOOKS_WITHOUT_WAY;
  if (!state.isLate(file, now)) return false;
  return destination === 'likely' || (destination === 'unknown' && file.record.adler32 !== null);
}

/** What is wrong with a file that FTS calls FINISHED, in the words of FTS's own failures. */
function disappointment({ destination, reason }: SettleResult): string {
  if (destination === 'unknown') return `DESTINATION [110] ASO could not look at what FTS has copied: ${reason ?? ''}`;
  const found = destination === 'absent' ? 'no file' : 'other bytes';
  return `DESTINATION [5] size mismatch: FTS reported success, ASO found ${found}`;
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
    // It counted as DONE on FTS's word alone, or was lost since: the source is all that is left.
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
