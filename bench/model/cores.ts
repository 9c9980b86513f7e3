import type { EventQueue } from './event-queue.ts';

/** Cores that everything shares, as in a bench: what is to be done waits for what has been begun, so that in a burst much is done together. */
export class Cores {
  readonly #queue: EventQueue;
  readonly #count: number;
  readonly #perTransition: number;
  /** When all that was begun will be done, epoch milliseconds. */
  #free = 0;

  /** @param perTransition seconds of CPU of all parts for a state transition */
  constructor(queue: EventQueue, count: number, perTransition: number) {
    this.#queue = queue;
    this.#count = count;
    this.#perTransition = perTransition;
  }

  /** So many state transitions are to be stored. */
  use(transitions: number): void {
    const ms = (transitions * this.#perTransition * 1000) / this.#count;
    this.#free = Math.max(this.#free, this.#queue.now) + ms;
  }

  /** How long something waits that is to be done now, milliseconds. */
  get wait(): number {
    return Math.max(0, this.#free - this.#queue.now);
  }
}
