import { MAX_OUTCOMES, type CopyOutcome, type OutcomeReport } from '../../domain/operations/copy-outcomes.ts';

export interface OutcomeTallyOptions {
  /** Takes a report; where it throws, its counts go with the next one. */
  send: (report: OutcomeReport) => Promise<void>;
  /** From the first count to the report, milliseconds. */
  everyMs: number;
}

/** Kinds of outcomes kept while they cannot be sent; beyond that new kinds are passed over. */
const MAX_KINDS = 5_000;

/** Sums of what became of copies, told from time to time: one message for all of them. */
export class OutcomeTally {
  readonly #options: OutcomeTallyOptions;
  readonly #counts = new Map<string, CopyOutcome>();
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;
  #closed = false;

  constructor(options: OutcomeTallyOptions) {
    this.#options = options;
  }

  add(outcome: CopyOutcome): void {
    const { copies, ...kind } = outcome;
    const key = JSON.stringify(kind);
    const known = this.#counts.get(key);
    if (known) known.copies += copies;
    else if (this.#counts.size < MAX_KINDS) this.#counts.set(key, { ...outcome });
    this.#later();
  }

  /** Sends nothing more, and waits for what is on its way. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#sending;
  }

  #later(): void {
    if (this.#timer || this.#closed) return;
    this.#timer = setTimeout(() => void (this.#sending = this.#flush()), this.#options.everyMs).unref();
  }

  async #flush(): Promise<void> {
    const outcomes = [...this.#counts.values()].slice(0, MAX_OUTCOMES);
    for (const key of [...this.#counts.keys()].slice(0, MAX_OUTCOMES)) this.#counts.delete(key);
    await this.#options
      .send({ at: Date.now(), outcomes })
      .catch(() => outcomes.forEach((outcome) => this.add(outcome)));
    this.#timer = null;
    if (this.#counts.size > 0) this.#later();
  }
}
