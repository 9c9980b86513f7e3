/** After so long a row that still stands as acquired is handed over again, which changes nothing where it had arrived. */
const AGAIN_MS = 10 * 60_000;

/**
 * Which rows were handed over lately. A row stands as acquired until its first state is told, a minute or more; remembering saves reporting
 * it at every round. Nothing is lost with it: a puller that starts anew hands everything over again.
 */
export class HandedOver {
  readonly #at = new Map<string, number>();

  /** Rows, by a name each, that are to be handed over now. */
  due<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Row[] {
    const now = performance.now();
    for (const [name, at] of this.#at) if (now - at > AGAIN_MS) this.#at.delete(name);
    return rows.filter((row) => !this.#at.has(nameOf(row)));
  }

  note(names: Iterable<string>): void {
    for (const name of names) this.#at.set(name, performance.now());
  }
}
