import type { FtsRow } from './fts-rows.ts';

/** A link's files: those that wait, and how many are copied. */
export class FtsLink {
  active = 0;
  /** In order of arrival, by priority. */
  readonly #waiting = new Map<number, FtsRow[]>();

  add(row: FtsRow, priority: number): void {
    const equals = this.#waiting.get(priority);
    if (equals) equals.push(row);
    else this.#waiting.set(priority, [row]);
  }

  /** Takes out who is next: of the highest priority the one that came first. */
  next(): FtsRow | undefined {
    const highest = Math.max(...this.#waiting.keys());
    const row = this.#waiting.get(highest)?.shift();
    if (this.#waiting.get(highest)?.length === 0) this.#waiting.delete(highest);
    return row;
  }
}
