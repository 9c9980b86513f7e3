import { STEPS, type Steps } from './calibration.ts';
import type { EventQueue } from './event-queue.ts';

/** What a file or a workflow costs beside its state transitions is used as it comes and as it goes, half each. Assumed. */
export const HALF = 0.5;

/** Cores that everything shares, as in a bench: what is to be done waits for what has been begun, so that in a burst much is done together. */
export class Cores {
  readonly #queue: EventQueue;
  readonly #count: number;
  readonly #seconds: Steps;
  /** When all that was begun will be done, epoch milliseconds. */
  #free = 0;

  /** @param seconds of CPU of all parts, and of whatever else has its work there, for one of each step */
  constructor(queue: EventQueue, count: number, seconds: Steps) {
    this.#queue = queue;
    this.#count = count;
    this.#seconds = seconds;
  }

  /** So much is to be done. */
  use(steps: Partial<Steps>): void {
    const seconds = STEPS.reduce((sum, step) => sum + (steps[step] ?? 0) * this.#seconds[step], 0);
    this.#free = Math.max(this.#free, this.#queue.now) + (seconds * 1000) / this.#count;
  }

  /** How long something waits that is to be done now, milliseconds. */
  get wait(): number {
    return Math.max(0, this.#free - this.#queue.now);
  }
}
