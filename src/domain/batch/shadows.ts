import type { FtsTarget } from '../orders.ts';
import type { BatchFile } from './batch-file.ts';
import type { BatchState } from './batch-state.ts';
import { fateOf, longestCopy } from './copy-fate.ts';
import type { FtsFileResult } from './fts-results.ts';
import { cleanUpEnds, type ArrivalResult } from './settling.ts';

/**
 * A copy that nobody waits for any more and that may still touch its file's destination: the file is not sent again, and not let go of,
 * before it has ended. `followed`: FTS's row tells when; `unseen`: FTS hears nothing of it, so that only our looks at the destination
 * tell, and time; `landed`: it has ended, and what it may have written is to be removed.
 */
export interface Shadow {
  key: string;
  jobId: string;
  digest: string;
  target: FtsTarget;
  phase: 'followed' | 'unseen' | 'landed';
  /** Its whole job was cancelled, which stops the copy. */
  stopped: boolean;
  /** For `unseen`: when it has ended for certain, epoch milliseconds. */
  until: number;
  /** Our next look at the destination, epoch milliseconds; null where none is due. */
  lookAt: number | null;
  looks: number;
}

/** After so many looks at which the storage told nothing, or did not remove what landed, it is left there; so it is after `cleanupTimeout`. */
const LOOKS_IN_VAIN = 10;

/** Watches over a file's copy where FTS's row says that it may still run. `stopped`: its whole job was cancelled. */
export function watchCopy(
  state: BatchState,
  file: BatchFile,
  row: FtsFileResult,
  { jobId, digest, stopped }: { jobId: string; digest: string; stopped: boolean },
  now: number,
): void {
  const fate = fateOf(row);
  const landed = mayHaveLanded(file, row);
  if ((fate === 'ended' && !landed) || fate === 'none' || !state.target) return;
  const shadow: Shadow = {
    ...{ key: file.key, jobId, digest, target: state.target, phase: landed ? 'landed' : 'followed', stopped },
    ...{ until: 0, lookAt: landed ? afterGrace(state, now) : null, looks: 0 },
  };
  if (fate === 'unseen') loseSight(state, file, shadow, now);
  state.shadows.push(shadow);
}

/**
 * Its copy was to be stopped, and may have come to a good end before it was: FTS says CANCELED either way. Where the file is killed, nobody
 * wants what that copy has written; one that is sent again overwrites it.
 */
const mayHaveLanded = ({ kill }: BatchFile, row: FtsFileResult): boolean =>
  kill !== null && kill.why !== 'superseded' && row.state === 'CANCELED' && fateOf(row) === 'ended';

/** The shadows of one FTS job that are to be followed. */
export interface FollowedShadows {
  jobId: string;
  digest: string;
  target: FtsTarget;
  keys: string[];
  /** Nothing else of the job is wanted, and it was not cancelled whole yet: that would stop the copies. */
  stoppable: boolean;
}

/** What is to be followed next; null for nothing. */
export function followedShadows(state: BatchState): FollowedShadows | null {
  const followed = state.shadows.filter(({ phase }) => phase === 'followed');
  const groups = Map.groupBy(followed, ({ jobId }) => jobId);
  const isWanted = (jobId: string): boolean => state.ftsJobId === jobId && state.list('sent').length > 0;
  const all = [...groups].map(([jobId, shadows]) => ({
    jobId,
    digest: (shadows[0] as Shadow).digest,
    target: (shadows[0] as Shadow).target,
    keys: shadows.map(({ key }) => key),
    stoppable: !isWanted(jobId) && shadows.some(({ stopped }) => !stopped),
  }));
  return all.find(({ stoppable }) => stoppable) ?? all[0] ?? null;
}

/** Enters what FTS says of followed copies of a job. `gone`: FTS has nothing to say of them any more. */
export function applyShadowRows(
  state: BatchState,
  { jobId, keys }: Pick<FollowedShadows, 'jobId' | 'keys'>,
  rows: FtsFileResult[] | 'gone',
  now: number,
): void {
  for (const shadow of state.shadows.filter((each) => each.jobId === jobId && keys.includes(each.key))) {
    const file = state.files.get(shadow.key);
    const row = rows === 'gone' ? undefined : rows.find(({ key }) => key === shadow.key);
    if (!file || shadow.phase !== 'followed' || (rows !== 'gone' && !row)) continue;
    const fate = row ? fateOf(row) : 'ended';
    if (fate === 'unseen') loseSight(state, file, shadow, now);
    else if (fate === 'none') end(state, shadow, 0, now);
    else if (row && mayHaveLanded(file, row))
      Object.assign(shadow, { phase: 'landed', lookAt: afterGrace(state, now) });
    else if (fate === 'ended' && row?.state !== 'FINISHED' && row) end(state, shadow, afterGrace(state, now), now);
    else if (fate === 'ended') Object.assign(shadow, { phase: 'landed', lookAt: now });
  }
}

/** The whole job of these shadows was cancelled. */
export function shadowsStopped(state: BatchState, jobId: string): void {
  for (const shadow of state.shadows) if (shadow.jobId === jobId) shadow.stopped = true;
}

/** Shadows whose destination is to be looked at. */
export const shadowsDue = (state: BatchState, now: number): Shadow[] =>
  state.shadows.filter(({ lookAt }) => lookAt !== null && lookAt <= now);

/** Enters the results of looks at destinations where a copy may have landed that nobody wants any more. */
export function applyArrivalResults(state: BatchState, results: ArrivalResult[], now: number): void {
  for (const { key, found } of results) {
    const shadow = state.shadows.find((each) => each.key === key && each.lookAt !== null);
    const file = state.files.get(key);
    if (!shadow || !file) continue;
    const isUnseen = found === 'unknown' || found === 'unasked';
    if (found !== 'unasked') shadow.looks += 1;
    const isLate = now >= (cleanUpEnds(state, [file]) ?? Infinity);
    const tired = isUnseen && (isLate || (found === 'unknown' && shadow.looks >= LOOKS_IN_VAIN));
    const over = shadow.phase === 'landed' || now >= shadow.until;
    if (found === 'foreign') file.sourceReason = 'other bytes than ours lie at the destination of the cancelled file';
    if (tired && over) file.sourceReason = 'what arrived of the cancelled file could not be removed';
    // Other bytes may be a part of ours: a copy that is not seen to have ended may still be at it.
    if (found === 'removed' || (over && (!isUnseen || tired))) end(state, shadow, 0, now);
    else shadow.lookAt = nextLook(state, shadow, now);
  }
}

/** FTS hears nothing of the copy's end. Its times are by FTS's clock, so the count starts now. */
function loseSight(state: BatchState, file: BatchFile, shadow: Shadow, now: number): void {
  const until = now + longestCopy(file.record.size) * 1000;
  Object.assign(shadow, { phase: 'unseen', until, lookAt: afterGrace(state, now) });
}

/** Less and less often, and once for certain when the copy has ended. */
function nextLook({ policy }: BatchState, { phase, until, looks }: Shadow, now: number): number {
  const first = phase === 'landed' ? policy.cleanupDelay : policy.cancelGrace;
  const next = now + Math.min(first * 2 ** Math.max(looks - 1, 0), policy.cleanupDelayMax) * 1000;
  return now < until ? Math.min(next, until) : next;
}

function end(state: BatchState, shadow: Shadow, notBefore: number, now: number): void {
  state.shadows.splice(state.shadows.indexOf(shadow), 1);
  const file = state.files.get(shadow.key);
  if (!file) return;
  file.notBefore = Math.max(file.notBefore, notBefore);
  if (file.kill?.why === 'superseded' && file.phase === 'settled') state.drop(file, now);
}

const afterGrace = (state: BatchState, now: number): number => now + state.policy.cancelGrace * 1000;
