import { heartbeat } from '@temporalio/activity';

/** Well below the heartbeat time-out of the activities (src/workflows/activities.ts). */
const BEAT_MS = 5_000;

/**
 * Wraps every function of a group of activities so that it says from time to time that its worker is alive: what a dead worker had in
 * hand is given to another one after the heartbeat time-out, and need not wait for the time that the slowest server may take.
 */
export function beating<A extends object>(activities: A): A {
  const wrap =
    (activity: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]): Promise<unknown> => {
      const beat = setInterval(() => heartbeat(), BEAT_MS);
      try {
        return await activity(...args);
      } finally {
        clearInterval(beat);
      }
    };
  const entries = Object.entries(activities) as [string, (...args: unknown[]) => Promise<unknown>][];
  return Object.fromEntries(entries.map(([name, activity]) => [name, wrap(activity)])) as A;
}
