import type { Client } from '@temporalio/client';
import { until } from '../../src/demo/until.ts';
import { OPEN_OF_TASKS } from './histories.ts';

/** Waits until no workflow of a task runs: when tasks have ended, batches may still have sources to remove, or a last word for CRAB. */
export const untilAllEnded = ({ workflow }: Client, signal: AbortSignal): Promise<void> =>
  until(async () => (await workflow.count(OPEN_OF_TASKS)).count === 0, signal);
