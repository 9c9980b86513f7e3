import { once } from 'node:events';
import { describeOpenTasks } from './results.ts';
import type { Stage } from './stage.ts';

/** @throws Error with what every task still waits for, when the demo should long have ended */
export async function untilLate({ client, tasks }: Stage, patience: AbortSignal): Promise<never> {
  await once(patience, 'abort');
  throw new Error(`the demo has not ended in time:\n${(await describeOpenTasks(client, tasks)).join('\n')}`);
}
