import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { followSignal } from '../../client/index.ts';
import { messageOf } from '../message-of.ts';
import type { Database } from '../store/database.ts';
import type { Names } from '../store/names.ts';
import { endLease, prune, takeLease, type Retention } from '../store/upkeep.ts';
import { takeSample, type SampleParts } from './take-sample.ts';

export interface SamplerOptions extends SampleParts {
  database: Database;
  names: Names;
  /** Between two samples, seconds. */
  interval: number;
  retention: Retention;
  /** Told once when samples begin to fail, and once when they succeed again. */
  onTrouble: (problem: string | null) => void;
}

/** Old buckets are removed so often, seconds. */
const PRUNE_EVERY = 3_600;

/** Takes samples, one after the other. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #owner = randomUUID();
  #prunedAt = 0;
  #problem: string | null = null;
  #isWriter = true;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** Whether this process samples; otherwise another one does, into the same database. */
  get isWriter(): boolean {
    return this.#isWriter;
  }

  /** Samples until it is told to stop; what goes wrong is told and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { interval, database } = this.#options;
    while (!signal.aborted) {
      const start = Date.now();
      await this.sample(signal);
      await pause(Math.max(0, start + interval * 1000 - Date.now()), undefined, { signal }).catch(() => undefined);
    }
    endLease(database, this.#owner);
  }

  /**
   * Takes one sample, unless another process writes to the database. Never throws: what went wrong is noted with the sample. One that is
   * aborted leaves no note; what was asked before is kept.
   */
  async sample(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const { client, database, names, recorder, standing, interval, retention } = this.#options;
    const start = Date.now();
    const now = Math.floor(start / 1000);
    try {
      // Held over a sample that takes long, too: a second writer would only waste its questions.
      this.#isWriter = takeLease(database, this.#owner, now, 2 * interval + 60);
      if (!this.#isWriter) return;
      const since = standing.lastRounds().good?.['at'];
      const note = { tasks: 0, asked: 0, unanswered: 0, error: null as string | null };
      try {
        const take = () => takeSample(this.#options, now, typeof since === 'number' ? since : null);
        Object.assign(note, await followSignal(signal, (own) => client.connection.withAbortSignal(own, take)));
      } catch (error) {
        if (signal.aborted) return;
        note.error = messageOf(error);
      }
      recorder.round({ at: now, ...note, tookMs: Date.now() - start });
      if (now - this.#prunedAt >= PRUNE_EVERY) prune(database, names, (this.#prunedAt = now), retention);
      this.#tell(note.error);
    } catch (error) {
      this.#tell(messageOf(error));
    }
  }

  #tell(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onTrouble(problem);
  }
}
