/** Decisions of a simulated world, from a seed. `benign` decides everything the ordinary way: nothing fails any more. */
export class Dice {
  #state: number;
  benign = false;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The same decisions as a new one with this seed. */
  reseed(seed: number): void {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1): mulberry32. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };

  int(below: number): number {
    return this.benign ? 0 : Math.floor(this.next() * below);
  }

  /** Something out of the ordinary happens. */
  chance(probability: number): boolean {
    return !this.benign && this.next() < probability;
  }

  /** One of these; the first is the ordinary one. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.int(choices.length)] as T;
  }

  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.chance(0.5));
  }
}
