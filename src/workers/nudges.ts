import { bulkhead } from 'cockatiel';
import type { LookAnswer } from './follower-looks.ts';

/** When batches that FTS sent messages about are nudged. Milliseconds. */
export interface NudgeTimes {
  /** From the message to the nudge. FTS sends the message of a copy's end before its own database knows of it. */
  delay: number;
  /** Between two nudges of one batch, whose files may end one after the other. */
  interval: number;
}

export interface NudgeOptions {
  times: NudgeTimes;
  /** Has FTS looked at for a batch, because of what was heard at `since` (epoch milliseconds). */
  lookNow: (batchId: string, since: number) => Promise<LookAnswer>;
  onProblem: (problem: string) => void;
}

/** Nudges at a time: each is two requests to Temporal. */
const AT_ONCE = 10;
/** Batches remembered at a time. Beyond it messages are passed over: then looks come at their usual times. */
const MAX_BATCHES = 10_000;
/** A follower that was busy is tried again after so many milliseconds… */
const AGAIN_MS = 1_000;
/** …so often: longer than a look takes, and than a batch takes from one look to the next follower. */
const TRIES = 5;

interface Batch {
  /** Since when a nudge is due, epoch milliseconds; null where none is. */
  heardAt: number | null;
  timer: NodeJS.Timeout;
}

/** Turns messages, of which there may be any number, into few nudges per batch. */
export class Nudges {
  readonly #options: NudgeOptions;
  readonly #batches = new Map<string, Batch>();
  readonly #lanes = bulkhead(AT_ONCE, MAX_BATCHES);
  #closed = false;

  constructor(options: NudgeOptions) {
    this.#options = options;
  }

  /** Something was heard of this batch. */
  heard(batchId: string): void {
    const batch = this.#batches.get(batchId);
    if (batch) batch.heardAt ??= Date.now();
    else if (!this.#closed && this.#batches.size < MAX_BATCHES) {
      const { delay } = this.#options.times;
      this.#batches.set(batchId, { heardAt: Date.now(), timer: this.#later(delay, () => this.#nudge(batchId)) });
    }
  }

  /** Nudges nobody any more. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#batches.values()) clearTimeout(timer);
    this.#batches.clear();
  }

  /** Nudges the batch, and is back after the interval for what was heard meanwhile. */
  async #nudge(batchId: string, tries = 1): Promise<void> {
    const batch = this.#batches.get(batchId);
    if (!batch) return;
    const { heardAt } = batch;
    if (heardAt === null) return void this.#batches.delete(batchId);
    batch.heardAt = null;
    const answer = await this.#ask(batchId, heardAt);
    if (this.#closed) return;
    const isOver = answer === 'looks' || tries >= TRIES;
    if (!isOver) batch.heardAt = heardAt;
    const [pause, next] = isOver ? [this.#options.times.interval, 1] : [AGAIN_MS, tries + 1];
    batch.timer = this.#later(pause, () => this.#nudge(batchId, next));
  }

  async #ask(batchId: string, since: number): Promise<LookAnswer> {
    try {
      return await this.#lanes.execute(() => this.#options.lookNow(batchId, since));
    } catch (error) {
      // Temporal is away: the follower looks at its usual time once it is back.
      this.#options.onProblem(`a message of FTS was of no use: ${(error as Error).message}`);
      return 'looks';
    }
  }

  #later(ms: number, act: () => Promise<void>): NodeJS.Timeout {
    return setTimeout(() => void act(), ms).unref();
  }
}
