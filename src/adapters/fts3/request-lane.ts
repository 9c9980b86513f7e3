import pThrottle from 'p-throttle';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';

export interface LaneOptions {
  /** Requests under way at a time. */
  atOnce: number;
  /** Requests begun in a second. */
  perSecond: number;
  /** Whoever has waited longer for a turn gives it up, milliseconds: well below the time-outs of the activities that ask. */
  patienceMs: number;
}

interface Waiter {
  go: () => void;
  expiry: NodeJS.Timeout;
}

/** The way to one server: so many requests at a time and a second, and those that can wait behind those that cannot. */
export class RequestLane {
  readonly #options: LaneOptions;
  readonly #server: string;
  readonly #urgent: Waiter[] = [];
  readonly #patient: Waiter[] = [];
  /** Turns that are taken, or promised to whoever is first when the rate allows it. */
  #taken = 0;
  #promised = 0;
  readonly #inTime: () => Promise<void>;

  constructor(server: string, options: LaneOptions) {
    this.#server = server;
    this.#options = options;
    this.#inTime = pThrottle({ limit: options.perSecond, interval: 1000, strict: true })(() => Promise.resolve());
  }

  /**
   * Does some work when it is its turn. `patient`: it lets all others go first.
   * @throws PortError `FtsUnavailable` where its turn did not come in time
   */
  async run<T>(patient: boolean, work: () => Promise<T>): Promise<T> {
    await this.#turn(patient ? this.#patient : this.#urgent);
    try {
      return await work();
    } finally {
      this.#taken -= 1;
      this.#promise();
    }
  }

  #turn(queue: Waiter[]): Promise<void> {
    const { patienceMs, atOnce, perSecond } = this.#options;
    return new Promise((resolve, reject) => {
      const expiry = setTimeout(() => {
        queue.splice(queue.indexOf(waiter), 1);
        const message = `${this.#server}: no turn within ${patienceMs / 1000} s, at ${atOnce} requests at a time and ${perSecond} a second`;
        reject(new PortError(FAILURE_TYPES.ftsUnavailable, message));
      }, patienceMs);
      const waiter: Waiter = { go: resolve, expiry };
      queue.push(waiter);
      this.#promise();
    });
  }

  /** Promises free turns to those who wait; who gets one is decided only when the rate allows it. */
  #promise(): void {
    while (this.#taken < this.#options.atOnce && this.#promised < this.#urgent.length + this.#patient.length) {
      this.#taken += 1;
      this.#promised += 1;
      void this.#inTime().then(() => this.#give());
    }
  }

  #give(): void {
    this.#promised -= 1;
    const first = this.#urgent.shift() ?? this.#patient.shift();
    if (!first) {
      this.#taken -= 1;
      return;
    }
    clearTimeout(first.expiry);
    first.go();
  }
}
