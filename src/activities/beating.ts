import { heartbeat } from '@temporalio/activity';
import { wrapAll } from './wrap.ts';

/** Well below the heartbeat time-out of the activities (src/workflows/activities.ts). */
const BEAT_MS = 5_000;

/**
 * Wraps every function of a group of activities so that it says from time to time that its worker is alive: what a dead worker had in
 * hand is given to another one after the heartbeat time-out, and need not wait for the time that the slowest server may take.
 */
export const beating = <A extends object>(activities: A): A =>
  wrapAll(activities, async (call) => {
    const beat = setInterval(() => heartbeat(), BEAT_MS);
    try {
      return await call();
    } finally {
      clearInterval(beat);
    }
  });
