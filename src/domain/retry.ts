import type { FailureClass } from './failure-classes.ts';
import { ruleOf } from './failure-classes.ts';
import type { Policy } from './policy.ts';

/** What follows a failed attempt: another one after a pause, or the end. */
export type NextAttempt = { retryInMs: number; giveUp?: never } | { giveUp: true; retryInMs?: never };

/** Pauses vary by so much either way, so that files that failed together do not come back together. */
const JITTER = 0.25;

/**
 * Decides what follows the attempts of a file so far.
 *
 * Each class has its own budget: the file is given up when the class of its last failure has occurred as often as that class
 * allows, or allows no second attempt at all. So a stay in FTS's queue costs no attempt of another kind. The pause doubles with
 * every failure of that class, from `retryDelay` times the class's factor up to `retryDelayMax`, each ±25 %.
 * @param history the failures of the file, oldest first
 * @param random a number in [0, 1): inside a workflow Temporal's own Math.random
 * @returns the pause in milliseconds (at most 1.25 × retryDelayMax, 0 where nothing has failed yet), or that this was the end
 */
export function nextAttempt(
  history: readonly { class: FailureClass }[],
  policy: Pick<Policy, 'retryDelay' | 'retryDelayMax'>,
  random: () => number,
): NextAttempt {
  const last = history.at(-1);
  if (!last) return { retryInMs: 0 };
  const rule = ruleOf(last.class);
  const failures = history.filter((failure) => failure.class === last.class).length;
  if (!rule.recoverable || failures >= rule.attempts) return { giveUp: true };
  const pause = Math.min(policy.retryDelay * rule.delayFactor * 2 ** (failures - 1), policy.retryDelayMax);
  return { retryInMs: Math.round(pause * 1000 * (1 - JITTER + 2 * JITTER * random())) };
}
