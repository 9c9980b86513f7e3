/** What a scripted copy does instead of succeeding. */
export type TransferOutcome =
  /** Fails with this reason; whether FTS calls it recoverable follows from the text unless given. */
  | { fail: string; recoverable?: boolean }
  /** Never ends, until it is killed. */
  | 'hang'
  /** Takes so many milliseconds longer. */
  | { slowMs: number }
  /** Waits until the promise is settled. */
  | { until: Promise<unknown> }
  /** Writes wrong bytes. */
  | { corrupt: true };

/** A scripted fault of copies. */
export interface TransferFault {
  /** Regular expression on the source or destination PFN. */
  url: string;
  /** Let so many attempts pass first, counted per destination PFN. */
  skip?: number;
  /** Act on so many attempts per destination PFN; without it, on all. */
  times?: number;
  outcome: TransferOutcome;
}

interface Entry {
  fault: TransferFault;
  pattern: RegExp;
  /** Attempts seen, per destination. */
  seen: Map<string, number>;
  applied: number;
}

/** Decides, attempt by attempt, which scripted fault applies: the first that matches. May be added to while it runs. */
export class TransferFaults {
  readonly #entries: Entry[] = [];

  constructor(faults: readonly TransferFault[] = []) {
    for (const fault of faults) this.add(fault);
  }

  add(fault: TransferFault): void {
    this.#entries.push({ fault, pattern: new RegExp(fault.url), seen: new Map(), applied: 0 });
  }

  /** Ends all faults; attempts under way keep theirs. */
  clear(): void {
    this.#entries.length = 0;
  }

  /** How often each fault was applied, in the order they were added. */
  get applied(): number[] {
    return this.#entries.map(({ applied }) => applied);
  }

  next(source: string, destination: string): TransferOutcome | null {
    for (const entry of this.#entries) {
      if (!entry.pattern.test(source) && !entry.pattern.test(destination)) continue;
      const seen = (entry.seen.get(destination) ?? 0) + 1;
      entry.seen.set(destination, seen);
      const { skip = 0, times = Infinity, outcome } = entry.fault;
      if (seen <= skip || seen > skip + times) continue;
      entry.applied += 1;
      return outcome;
    }
    return null;
  }
}
