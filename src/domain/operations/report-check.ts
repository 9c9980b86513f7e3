import { FAILURE_CLASSES } from '../failure-classes.ts';
import { MAX_OUTCOMES, type CopyOutcome, type OutcomeReport } from './copy-outcomes.ts';

const CLASSES: ReadonlySet<unknown> = new Set([null, ...FAILURE_CLASSES]);
const SCOPES: ReadonlySet<unknown> = new Set([null, 'SOURCE', 'DESTINATION', 'TRANSFER']);

/** Whether this is what a worker sends. A signal cannot be refused: what is none is passed over. */
export function isOutcomeReport(value: unknown): value is OutcomeReport {
  const { at, outcomes } = (value ?? {}) as Partial<OutcomeReport>;
  return Number.isFinite(at) && Array.isArray(outcomes) && outcomes.length <= MAX_OUTCOMES && outcomes.every(isOutcome);
}

function isOutcome(value: unknown): value is CopyOutcome {
  const outcome = (value ?? {}) as Partial<CopyOutcome>;
  const names = [outcome.task, outcome.source, outcome.destination];
  return (
    names.every((name) => typeof name === 'string' && name.length <= 250) &&
    CLASSES.has(outcome.class) &&
    SCOPES.has(outcome.scope) &&
    Number.isInteger(outcome.copies) &&
    (outcome.copies ?? 0) > 0
  );
}
