import { classified, type FailureClass, type Scope } from '../failure-classes.ts';
import type { SiteEnd } from './rules.ts';

/** How many copies of a task between two sites ended in the same way. */
export interface CopyOutcome {
  task: string;
  source: string;
  destination: string;
  /** Class of the failure; null: it succeeded. */
  class: FailureClass | null;
  /** The side that failed, where the reason names one. */
  scope: Scope | null;
  copies: number;
}

/** What became of copies by what one worker saw. */
export interface OutcomeReport {
  /** Epoch milliseconds, by the worker's clock. */
  at: number;
  outcomes: CopyOutcome[];
}

/** Outcomes in one report; a worker that saw more kinds tells the rest with the next. */
export const MAX_OUTCOMES = 500;

/** How a copy ended, as the breakers count it. */
export function outcomeOf(state: string, reason: string): Pick<CopyOutcome, 'class' | 'scope'> {
  if (state === 'FINISHED') return { class: null, scope: null };
  const { rule, scope } = classified(reason, state);
  return { class: rule.class, scope };
}

/** Failures that say nothing about a site: the owner's rights, the job's files, FTS itself, or somebody's cancel. */
const NO_SITE: ReadonlySet<FailureClass> = new Set([
  ...(['credential', 'permission', 'transfer-permission', 'no-source', 'source-checksum', 'exists'] as const),
  ...(['cancelled', 'deadline', 'fts-refused'] as const),
]);
/** Failures that say nothing about a task. */
const NO_TASK: ReadonlySet<FailureClass> = new Set(['cancelled', 'deadline']);

/** Whether a failure counts against a site as this end of copies. One that names no side counts against both. */
export function isSitesFault({ class: failure, scope }: CopyOutcome, end: SiteEnd): boolean {
  if (failure === null || NO_SITE.has(failure)) return false;
  if (failure === 'space') return end === 'destination';
  return scope === null || scope === 'TRANSFER' || scope === end.toUpperCase();
}

/** Whether a failure counts against its task. */
export const isTasksFault = ({ class: failure }: CopyOutcome): boolean => failure !== null && !NO_TASK.has(failure);
