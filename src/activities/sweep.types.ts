import type { SweepResult } from '../domain/sweep.ts';

export interface SweepActivities {
  /** Removes the sources that a batch has left behind for long enough, each if it is still what was reported and nobody needs it. */
  sweepBatch(request: { task: string; batch: number }): Promise<SweepResult>;
}
