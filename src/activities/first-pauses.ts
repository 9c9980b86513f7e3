import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import type { FollowTimes } from '../domain/follow-grid.ts';
import { notYet } from './to-failure.ts';

/**
 * Pauses that are held, milliseconds. A longer one would need a heartbeat before it is over (`FOLLOWER_BEAT_MS` in beating.ts), which costs a state
 * transition itself. Whoever wants looks within a second wants them as soon where a worker dies, too, and what it holds is late then.
 */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 18_000;

/**
 * First pauses of followers, held instead of handed back to Temporal: an attempt that ends and begins again is two state transitions. Each takes a
 * slot of its worker, so that there are only so many at a time; what comes beyond that is handed back.
 */
export class FirstPauses {
  readonly #most: number;
  #held = 0;

  /** @param most at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Returns when the pause is over.
   * @throws ApplicationFailure `notYet` where Temporal is to wait for the rest: too many are held, it is not one to hold, or the worker is told to end
   */
  async pause(ms: number, times: FollowTimes): Promise<void> {
    if (!isHeld(times) || this.#held >= this.#most) throw notYet(ms);
    const until = Date.now() + ms;
    this.#held += 1;
    try {
      await sleep(ms, undefined, { signal: cancellationSignal() });
    } catch {
      throw notYet(until - Date.now());
    } finally {
      this.#held -= 1;
    }
  }
}

/** First pauses of these times are held where there is room. They may be half a step of the grid longer than they are set. */
export const isHeld = ({ followFirst, followGrid }: FollowTimes): boolean =>
  followFirst * 1000 >= SHORTEST_MS && (followFirst + followGrid / 2) * 1000 <= LONGEST_MS;
