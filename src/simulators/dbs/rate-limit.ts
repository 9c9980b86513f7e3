/** At most so many requests in any second of the clock, counted for all clients together. */
export class RateLimit {
  readonly #limit: number;
  #second = 0;
  #used = 0;

  /** @param limit requests per second; 0: no limit */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request; tells whether it may pass, and the headers to answer with. */
  take(): { passes: boolean; headers: Record<string, string> } {
    if (this.#limit === 0) return { passes: true, headers: {} };
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) this.#used = 0;
    this.#second = second;
    this.#used += 1;
    return {
      passes: this.#used <= this.#limit,
      headers: {
        'x-ratelimit-limit': String(this.#limit),
        'x-ratelimit-remaining': String(Math.max(0, this.#limit - this.#used)),
        'x-ratelimit-reset': String(second + 1),
      },
    };
  }
}
