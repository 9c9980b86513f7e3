import type { Check } from '../demo/verification.ts';
import type { DoneAct } from './operators.ts';
import type { PartName } from './parts.ts';
import { ACT_NAMES } from './plan-acts.ts';
import type { PlannedStrike } from './plan-strikes.ts';
import { STRIKE_NAMES } from './strikes/index.ts';

/** Minutes of a run from which on every kind has to have happened; a shorter one has too few of them. */
const WHOLE_MINUTES = 5;
/** Minutes from which on everybody has to have been killed: of ten minutes' strikes some forty are kills. */
const ALL_KILLED_MINUTES = 10;

/** What a run had to survive. */
export interface Happenings {
  minutes: number;
  /** Who took part. */
  parts: readonly PartName[];
  strikes: readonly PlannedStrike[];
  acts: readonly DoneAct[];
}

/** Whether there was anything to survive: a check of what never happened passes. A short run says what it did not have. */
export function checkHappened({ minutes, parts, strikes, acts }: Happenings): Check {
  const kinds = [
    ...STRIKE_NAMES.map((name) => ({
      what: name,
      from: WHOLE_MINUTES,
      did: strikes.some(({ kind }) => kind === name),
    })),
    ...ACT_NAMES.map((name) => ({
      what: name,
      from: WHOLE_MINUTES,
      did: acts.some(({ kind, done }) => kind === name && done),
    })),
    ...parts.map((part) => ({
      what: `kill of ${part}`,
      from: ALL_KILLED_MINUTES,
      did: strikes.some(({ kind, target }) => kind === 'kill' && target === part),
    })),
  ];
  const missed = kinds.filter(({ did }) => !did);
  const excused = missed.filter(({ from }) => minutes < from).map(({ what }) => what);
  const claim = 'kinds of strikes and acts, and a kill of everybody, that happened';
  return {
    claim: excused.length > 0 ? `${claim}; too short for: ${excused.join(', ')}` : claim,
    count: kinds.length - missed.length,
    problems: missed.filter(({ from }) => minutes >= from).map(({ what }) => `${what} never happened`),
  };
}
