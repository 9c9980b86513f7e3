import { condition, sleep, workflowInfo } from '@temporalio/workflow';
import type { Stamped } from '../activities/stamped.ts';

/**
 * The time as a workflow may act on it: what history says, and nothing else. It starts with the run and moves with every activity's
 * result and with every timer, to the time that the timer was set for; between those it stands.
 *
 * `Date.now()` must not decide anything here: where a query makes a worker read a history up to events that no workflow task has taken up
 * yet, the SDK (1.24) runs the code for them with the time of the task before, so that a comparison comes out differently on replay and the
 * workflow is stuck (docs/adr/0005-time-in-workflows.md).
 */
export class Clock {
  #now = workflowInfo().runStartTime.getTime();

  /** Epoch milliseconds. Behind the real time by as much as nothing has happened. */
  now(): number {
    return this.#now;
  }

  /** Waits for an activity and takes the time from its result. */
  async after<T>(activity: Promise<Stamped<T>>): Promise<T> {
    const { result, at } = await activity;
    this.#advance(at);
    return result;
  }

  /** Takes the time from what another of our workflows tells: its message is in history as well. Epoch milliseconds. */
  heard(at: number): void {
    this.#advance(at);
  }

  /** Sleeps until a time. @param summary for people in Temporal's UI: a short line, some 50 bytes of history */
  async sleepUntil(at: number, summary: string): Promise<void> {
    await sleep(Math.max(1, at - this.#now), { summary });
    this.#advance(at);
  }

  /**
   * Waits until `isTrue`, looking again by itself at `when()` (epoch milliseconds; null: only when something happens). A timer is started
   * only where there is a time to wait for: waiting for a signal costs no event.
   * @param summary what the timer is for, as of `sleepUntil`
   */
  async until(isTrue: () => boolean, when: () => number | null, summary: string): Promise<void> {
    while (!isTrue()) {
      const at = when();
      const moved = (): boolean => isTrue() || when() !== at;
      if (at === null) await condition(moved);
      else if (at <= this.#now) return;
      else if (!(await condition(moved, at - this.#now, { summary }))) this.#advance(at);
    }
  }

  #advance(at: number): void {
    if (at > this.#now) this.#now = at;
  }
}
