import { defineQuery, setHandler } from '@temporalio/workflow';
import { SWEEP_QUERY, type SweepInput } from '../contract/sweep.ts';
import { addSweep, emptySweep, type SweepResult } from '../domain/sweep.ts';
import { storageActivities } from './activities.ts';
import { Clock } from './clock.ts';

/**
 * Removes sources that were left behind, batch by batch; started by whoever sweeps (`aso sources sweep`). Each file is checked again right
 * before.
 *
 * Its result is the record of what was swept, read by `aso sources`: most batches have ended by then and can be told nothing. It is kept as
 * long as theirs, which began earlier.
 */
export async function sweepSources({ task, batches }: SweepInput): Promise<SweepResult> {
  const result = emptySweep();
  const clock = new Clock();
  setHandler(defineQuery<SweepResult>(SWEEP_QUERY), () => result);
  for (const batch of batches) addSweep(result, await clock.after(storageActivities.sweepBatch({ task, batch })));
  return result;
}
