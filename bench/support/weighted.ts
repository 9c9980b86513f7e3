/** Draws numbers 0, 1, … with given weights. */
export class Weighted {
  readonly #sums: number[] = [];

  constructor(weights: readonly number[]) {
    let sum = 0;
    for (const weight of weights) this.#sums.push((sum += weight));
  }

  /** Zipf's law: the n-th of so many has a weight of 1/n^exponent. */
  static zipf(count: number, exponent: number): Weighted {
    return new Weighted(Array.from({ length: count }, (_, at) => (at + 1) ** -exponent));
  }

  /** Share of a number in all that is drawn. */
  shareOf(number: number): number {
    const below = number > 0 ? (this.#sums[number - 1] ?? 0) : 0;
    return ((this.#sums[number] ?? 0) - below) / (this.#sums.at(-1) ?? 1);
  }

  draw(random: () => number): number {
    const at = random() * (this.#sums.at(-1) ?? 0);
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at < (this.#sums[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** So many different ones, or all there are. */
  drawSome(random: () => number, count: number): number[] {
    const drawn = new Set<number>();
    while (drawn.size < Math.min(count, this.#sums.length)) drawn.add(this.draw(random));
    return [...drawn];
  }
}
