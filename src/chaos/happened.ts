import type { Check } from '../demo/verification.ts';
import type { DoneAct } from './operators.ts';
import { DRAWN_ACTS } from './plan-acts.ts';
import type { PlannedStrike } from './plan-strikes.ts';
import { STRIKE_NAMES } from './strikes/index.ts';

/** Minutes of a run from which on every kind has to have happened; a shorter one has too few of them. */
const WHOLE_MINUTES = 5;

/** Whether there was anything to survive: a check of what never happened passes. */
export function checkHappened(minutes: number, strikes: readonly PlannedStrike[], acts: readonly DoneAct[]): Check {
  const kinds = [
    ...STRIKE_NAMES.map((name) => ({ name, times: strikes.filter(({ kind }) => kind === name).length })),
    ...DRAWN_ACTS.map((name) => ({ name, times: acts.filter(({ kind, done }) => kind === name && done).length })),
  ];
  const never = kinds.filter(({ times }) => times === 0).map(({ name }) => `${name} never happened`);
  if (minutes < WHOLE_MINUTES) {
    const happened = kinds.length - never.length;
    return { claim: `kinds of strikes and acts that happened, of ${kinds.length}`, count: happened, problems: [] };
  }
  return { claim: 'kinds of strikes and acts, each carried out', count: kinds.length, problems: never };
}
