import { condition } from '@temporalio/workflow';
import { hasNewsForCrab, newsForCrab, toldCrab } from '../domain/batch/bookkeeping.ts';
import { wasReset } from './batch-reset.ts';
import { tellCrab } from './crab-telling.ts';
import type { AttemptContext } from './transfer-attempts.ts';
import { unless } from './unless.ts';

/**
 * Tells CRAB of every change, one call at a time: what changes while one is under way, or while CRAB is down, goes with the next, the newest
 * state of each file only. Nothing else of the batch waits for it; the batch ends when CRAB has its last word.
 */
export async function runBookkeeping({ input, state, clock, touch, stopping }: AttemptContext): Promise<void> {
  // What a batch says again may be of an older generation than CRAB's rows are by now.
  const reset = wasReset(input) ? { again: true as const } : {};
  while (!stopping()) {
    await condition(() => stopping() || hasNewsForCrab(state));
    const words = newsForCrab(state);
    if (words.length === 0) continue;
    const told = await unless(stopping, () => tellCrab(clock, state.policy, { task: input.task, words, ...reset }));
    if (told) toldCrab(state, words, told.outdated);
    touch();
  }
}
