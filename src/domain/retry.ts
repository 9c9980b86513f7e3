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
 * Each class has its own budget: the file is given up when the class of its last failure has occurred as often as that class allows, and
 * where it may last, has gone on for `retryFor`; or where it allows no second attempt at all. So a stay in FTS's queue costs no attempt of another
 * kind, and a site's outage of hours, in which attempts fail quickly, costs no file. The pause doubles with every failure of that class, from `retryDelay` times the class's
 * factor up to `retryDelayMax`, each ±25 %.
 * @param history the failures of the file, oldest first; `at` in epoch milliseconds
 * @param random a number in [0, 1): inside a workflow Temporal's own Math.random
 * @returns the pause in milliseconds (at most 1.25 × retryDelayMax, 0 where nothing has failed yet), or that this was the end
 */
export function nextAttempt(
  history: readonly { class: FailureClass; at: number }[],
  policy: Pick<Policy, 'retryDelay' | 'retryDelayMax' | 'retryFor'>,
  random: () => number,
): NextAttempt {
  const last = history.at(-1);
  if (!last) return { retryInMs: 0 };
  const rule = ruleOf(last.class);
  const alike = history.filter((failure) => failure.class === last.class);
  const failures = alike.length;
  const wentOnMs = last.at - (alike[0]?.at ?? last.at);
  const isSpent = failures >= rule.attempts && (!rule.lasting || wentOnMs >= policy.retryFor * 1000);
  if (!rule.recoverable || isSpent) return { giveUp: true };
  const pause = Math.min(policy.retryDelay * rule.delayFactor * 2 ** (failures - 1), policy.retryDelayMax);
  return { retryInMs: Math.round(pause * 1000 * (1 - JITTER + 2 * JITTER * random())) };
}
