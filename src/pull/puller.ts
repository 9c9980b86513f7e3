import { HandedOver } from './handed-over.ts';
import { pullKills } from './kills.ts';
import { pullPublications, type PulledPublications } from './publications.ts';
import type { PullParts } from './pull-parts.ts';
import { pullTransfers, type PulledTransfers } from './transfers.ts';

/** What a round came to. */
export interface PulledRound extends PulledTransfers, PulledPublications {
  kills: number;
  /** Parts of the round that failed; they are tried again with the next. */
  failed: number;
}

/**
 * Works CRAB's queue of transfers round by round. It keeps nothing: what it has acquired stands in CRAB's rows under its name, what it has
 * handed over is with the tasks, which know it when it comes again. So it may be killed at any time, and any number of them may run, each
 * with a name of its own.
 */
export class Puller {
  readonly #parts: PullParts;
  readonly #memory = new HandedOver();

  constructor(parts: PullParts) {
    this.#parts = parts;
  }

  /** Kills first, since what they are for goes on meanwhile. A part that fails holds up no other. Never throws. */
  async round(): Promise<PulledRound> {
    const kills = await this.#attempt('kills', () => pullKills(this.#parts));
    const transfers = await this.#attempt('transfers', () => pullTransfers(this.#parts, this.#memory));
    const publications = await this.#attempt('publications', () => pullPublications(this.#parts, this.#memory));
    return {
      ...{ acquired: 0, reported: 0, more: false, publications: 0, kills: 0 },
      ...{ ...kills, ...transfers, ...publications },
      bad: (transfers?.bad ?? 0) + (publications?.bad ?? 0),
      failed: [kills, transfers, publications].filter((part) => part === null).length,
    };
  }

  async #attempt<T>(name: string, part: () => Promise<T>): Promise<T | null> {
    try {
      return await part();
    } catch (error) {
      this.#parts.warn(`${name}: ${(error as Error).message}`);
      return null;
    }
  }
}
