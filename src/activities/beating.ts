import { heartbeat } from '@temporalio/activity';
import { wrapAll } from './wrap.ts';

/** Well below the heartbeat time-out of the activities (src/workflows/activities.ts). */
const BEAT_MS = 5_000;
/** The same of followers, whose first pause (first-pauses.ts) is to be over before: each beat costs Temporal a state transition. */
export const FOLLOWER_BEAT_MS = 20_000;

/**
 * Wraps every function of a group of activities so that it says from time to time that its worker is alive: what a dead worker had in
 * hand is given to another one after the heartbeat time-out, and need not wait for the time that the slowest server may take.
 */
export const beating = <A extends object>(activities: A, everyMs = BEAT_MS): A =>
  wrapAll(activities, async (call) => {
    const beat = setInterval(() => heartbeat(), everyMs);
    try {
      return await call();
    } finally {
      clearInterval(beat);
    }
  });
