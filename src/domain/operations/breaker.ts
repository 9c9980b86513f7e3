import type { FailureClass } from '../failure-classes.ts';
import { ownerOfTask } from '../lfn-areas.ts';
import { isSitesFault, isTasksFault, type CopyOutcome, type OutcomeReport } from './copy-outcomes.ts';
import type { OperationsState } from './operations-state.ts';
import { MAX_ROWS, type BreakerSettings, type BreakerSubject, type Trip } from './rules.ts';

/** Copies that ended within a part of a breaker's window. */
interface Slice {
  /** When the slice began, epoch milliseconds. */
  at: number;
  ok: number;
  failed: number;
  /** Whose copies failed; as many as any breaker asks for. */
  users: string[];
}

/** What a breaker has seen lately of one subject. */
export interface BreakerCount {
  subject: BreakerSubject;
  slices: Slice[];
  /** Class of the failure seen last. */
  failure: FailureClass | null;
}

const SLICES = 5;
const MAX_USERS = 10;
/** Subjects watched at a time; the one that was quiet for the longest goes. */
export const MAX_COUNTS = 1000;
/** A hold that is repeated grows up to so many times the first one. */
const LONGEST_HOLDS = 8;

const keyOf = (subject: BreakerSubject): string =>
  subject.kind === 'site' ? `${subject.name} ${subject.end}` : subject.name;

export const isOf = (trip: BreakerSubject, subject: BreakerSubject): boolean =>
  trip.kind === subject.kind && keyOf(trip) === keyOf(subject);

/** A breaker's subject in words. */
export const subjectText = (subject: BreakerSubject): string =>
  subject.kind === 'site' ? `site ${subject.name} (${subject.end})` : `task ${subject.name}`;

/** Forgets what was seen of a subject. */
export const forget = ({ counts }: OperationsState, subject: BreakerSubject): void =>
  void counts.delete(keyOf(subject));

/** Enters what a worker saw, and trips or closes breakers. @returns what happened, in words, for the log */
export function takeOutcomes(state: OperationsState, { at, outcomes }: OutcomeReport): string[] {
  const touched = new Map<string, { subject: BreakerSubject; ok: number; failed: number }>();
  for (const outcome of outcomes) {
    for (const { subject, isFault } of subjectsOf(outcome)) {
      const settings = state.rules.breakers[subject.kind];
      if (!settings.on || (outcome.class !== null && !isFault)) continue;
      count(state, subject, outcome, at, settings);
      const now = touched.get(keyOf(subject)) ?? { subject, ok: 0, failed: 0 };
      now[isFault ? 'failed' : 'ok'] += outcome.copies;
      touched.set(keyOf(subject), now);
    }
  }
  return [...touched.values()].flatMap(({ subject, ok, failed }) => judge(state, subject, { at, ok, failed }) ?? []);
}

function subjectsOf(outcome: CopyOutcome): { subject: BreakerSubject; isFault: boolean }[] {
  const { task, source, destination } = outcome;
  return [
    { subject: { kind: 'site', name: source, end: 'source' }, isFault: isSitesFault(outcome, 'source') },
    { subject: { kind: 'site', name: destination, end: 'destination' }, isFault: isSitesFault(outcome, 'destination') },
    { subject: { kind: 'task', name: task }, isFault: isTasksFault(outcome) },
  ];
}

function count(
  { counts }: OperationsState,
  subject: BreakerSubject,
  { class: failure, copies, task }: CopyOutcome,
  at: number,
  { window }: BreakerSettings,
): void {
  const key = keyOf(subject);
  const seen = counts.get(key) ?? { subject, slices: [], failure: null };
  // The latest stands last.
  counts.delete(key);
  counts.set(key, seen);
  for (const oldest of counts.keys()) if (counts.size > MAX_COUNTS) counts.delete(oldest);
  seen.slices = seen.slices.filter((slice) => slice.at > at - window * 1000);
  let slice = seen.slices.at(-1);
  if (!slice || at >= slice.at + (window * 1000) / SLICES) seen.slices.push((slice = { at, ok: 0, failed: 0, users: [] })); // prettier-ignore
  if (failure === null) return void (slice.ok += copies);
  slice.failed += copies;
  seen.failure = failure;
  const user = ownerOfTask(task) ?? '';
  if (!slice.users.includes(user) && slice.users.length < MAX_USERS) slice.users.push(user);
}

/** Whether a subject's breaker trips, trips again, or closes; answers what happened, null where nothing did. */
function judge(
  state: OperationsState,
  subject: BreakerSubject,
  now: { at: number; ok: number; failed: number },
): string | null {
  const settings = state.rules.breakers[subject.kind];
  const earlier = state.rules.trips.find((trip) => isOf(trip, subject));
  if (!earlier) {
    const reason = tooMany(state.counts.get(keyOf(subject)), settings);
    return reason === null ? null : trip(state, subject, reason, now.at, 1);
  }
  // What ends while it holds was sent before.
  if (now.at < earlier.until) return null;
  if (now.failed / (now.failed + now.ok) < settings.share) return close(state, earlier, now.at);
  const reason = `${now.failed} of ${now.failed + now.ok} copies failed after its hold`;
  return trip(state, subject, reason, now.at, earlier.inRow + 1);
}

/** Why what was seen is too much; null where it is not. */
function tooMany(seen: BreakerCount | undefined, { share, minimum, users, window }: BreakerSettings): string | null {
  if (!seen) return null;
  const failed = seen.slices.reduce((sum, slice) => sum + slice.failed, 0);
  const all = seen.slices.reduce((sum, slice) => sum + slice.ok, failed);
  const whose = new Set(seen.slices.flatMap((slice) => slice.users));
  if (failed < minimum || failed < share * all || whose.size < users) return null;
  return `${failed} of ${all} copies failed within ${window} s, the last one with ${seen.failure}`;
}

function trip(state: OperationsState, subject: BreakerSubject, reason: string, at: number, inRow: number): string {
  const { hold, dryRun } = state.rules.breakers[subject.kind];
  const until = at + hold * 1000 * Math.min(2 ** (inRow - 1), LONGEST_HOLDS);
  const note = { reason, by: 'breaker', at };
  const others = state.rules.trips.filter((row) => !isOf(row, subject)).slice(-(MAX_ROWS - 1));
  state.rules.trips = [...others, { ...subject, ...note, armed: !dryRun, until, inRow }];
  forget(state, subject);
  const what = `${dryRun ? 'would hold (dry run)' : 'holds'} ${subjectText(subject)}`;
  state.journal.add({ ...note, what });
  return `${what}: ${reason}`;
}

function close(state: OperationsState, earlier: Trip, at: number): string {
  state.rules.trips = state.rules.trips.filter((row) => !isOf(row, earlier));
  forget(state, earlier);
  const what = `lets go of ${subjectText(earlier)}`;
  state.journal.add({ what, reason: 'copies succeed again', by: 'breaker', at });
  return what;
}
