import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { MendRowsInput } from '../contract/internal-messages.ts';
import { Clock } from './clock.ts';
import { mendCrab } from './crab-telling.ts';
import { rowDoubtSignal } from './signals.ts';

/** CRAB's rows that are told and do not change: enough is enough. */
const ROUNDS = 10;

/**
 * Looks at CRAB's rows of a task when they may have been told something old: CRAB compares nothing with what a row says, and a request that
 * nobody waits for any more may be carried out behind a later one. Started, and signalled, by whoever had to tell something more than once;
 * ends when all rows say how their files ended.
 */
export async function mendRows(input: MendRowsInput): Promise<void> {
  const { task, policy } = input;
  const clock = new Clock();
  let doubts = 0;
  setHandler(rowDoubtSignal, () => void (doubts += 1));
  for (let rounds = 1; ; rounds += 1) {
    const known = doubts;
    await clock.sleepUntil(clock.now() + policy.crabSettle * 1000, 'old requests to be over');
    const mended = await mendCrab(clock, policy, task);
    // What was told now may itself have come behind something newer.
    if (doubts === known && (mended === 0 || rounds >= ROUNDS)) return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof mendRows>(input);
  }
}
