import { FAILURE_CLASSES } from '../failure-classes.ts';
import { MAX_OUTCOMES, type CopyOutcome, type OutcomeReport } from './copy-outcomes.ts';

const CLASSES: ReadonlySet<unknown> = new Set([null, ...FAILURE_CLASSES]);
const SCOPES: ReadonlySet<unknown> = new Set([null, 'SOURCE', 'DESTINATION', 'TRANSFER']);

/** A hold from later on would have no date that can be written: the year 9999. */
const LATEST = Date.UTC(9999, 0);
/** Whoever reports more copies at once counts something else. */
const MAX_COPIES = 1_000_000_000;

/** Whether this is what a worker sends. A signal cannot be refused: what is none is passed over. */
export function isOutcomeReport(value: unknown): value is OutcomeReport {
  const { at, outcomes } = (value ?? {}) as Partial<OutcomeReport>;
  const isTime = Number.isInteger(at) && Number(at) >= 0 && Number(at) <= LATEST;
  return isTime && Array.isArray(outcomes) && outcomes.length <= MAX_OUTCOMES && outcomes.every(isOutcome);
}

function isOutcome(value: unknown): value is CopyOutcome {
  const outcome = (value ?? {}) as Partial<CopyOutcome>;
  const names = [outcome.task, outcome.source, outcome.destination];
  return (
    names.every((name) => typeof name === 'string' && name.length <= 250) &&
    CLASSES.has(outcome.class) &&
    SCOPES.has(outcome.scope) &&
    Number.isInteger(outcome.copies) &&
    (outcome.copies ?? 0) > 0 &&
    (outcome.copies ?? 0) <= MAX_COPIES
  );
}
