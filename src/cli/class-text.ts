import { ruleOf, type FailureClass } from '../domain/failure-classes.ts';

/** A failure class with what it means. */
export const classText = (failure: FailureClass): string => `${failure}\n${ruleOf(failure).text}`;
