/** A scripted fault of the inserts into some datasets. */
interface InsertFault {
  kind: 'transient' | 'death' | 'delay' | 'sequential';
  datasets: RegExp;
  /** Inserts that it still acts on. */
  left: number;
  /** Milliseconds, of a delay. */
  ms: number;
}

/** Scripted faults of inserting blocks, of all datasets or of those that match. All may be set while the simulator runs. */
export class InsertFaults {
  readonly #faults: InsertFault[] = [];
  #denied: 401 | 403 | null = null;

  /** The next `count` inserts are refused with an `ORA-00001` that a retry does not meet; nothing is stored. */
  transient(count: number, datasets = /./): void {
    this.#faults.push({ kind: 'transient', datasets, left: count, ms: 0 });
  }

  /** The next `count` inserts end as if the server were killed: the dataset row stays, no block, connection dropped. */
  dieInMidInsert(count: number, datasets = /./): void {
    this.#faults.push({ kind: 'death', datasets, left: count, ms: 0 });
  }

  /** Every insert waits so many milliseconds between the dataset's row and the block; 0 ends it. */
  delay(ms: number, datasets = /./): void {
    this.#faults.unshift({ kind: 'delay', datasets, left: Infinity, ms });
  }

  /**
   * Inserts go the server's other way from now on (`concurrent_bulkblocks=false`): a block that is there already is a 200 that does
   * nothing, and files that are there already stay where they are.
   */
  sequential(datasets = /./): void {
    this.#faults.push({ kind: 'sequential', datasets, left: Infinity, ms: 0 });
  }

  /** Every request is denied with an empty body (401: no role, 403: not authenticated); null ends it. */
  deny(status: 401 | 403 | null): void {
    this.#denied = status;
  }

  get denied(): 401 | 403 | null {
    return this.#denied;
  }

  delayOf(dataset: string): number {
    return this.#find('delay', dataset)?.ms ?? 0;
  }

  isSequential(dataset: string): boolean {
    return this.#find('sequential', dataset) !== undefined;
  }

  /** Whether an insert is to be refused as transient; counts it. */
  takeTransient(dataset: string): boolean {
    return this.#take('transient', dataset);
  }

  /** Whether an insert is to die; counts it. */
  takeDeath(dataset: string): boolean {
    return this.#take('death', dataset);
  }

  #find(kind: InsertFault['kind'], dataset: string): InsertFault | undefined {
    return this.#faults.find((fault) => fault.kind === kind && fault.left > 0 && fault.datasets.test(dataset));
  }

  #take(kind: InsertFault['kind'], dataset: string): boolean {
    const fault = this.#find(kind, dataset);
    if (fault) fault.left -= 1;
    return fault !== undefined;
  }
}
