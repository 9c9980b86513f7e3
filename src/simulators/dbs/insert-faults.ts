/** Scripted faults of inserting blocks. All may be set while the simulator runs. */
export class InsertFaults {
  #transient = 0;
  #dying = 0;
  #delayMs = 0;
  #denied: 401 | 403 | null = null;

  /** The next `count` inserts are refused with an `ORA-00001` that a retry does not meet; nothing is stored. */
  transient(count: number): void {
    this.#transient = count;
  }

  /** The next `count` inserts end as if the server were killed: the dataset row stays, no block, connection dropped. */
  dieInMidInsert(count: number): void {
    this.#dying = count;
  }

  /** Every insert waits so many milliseconds between the dataset's row and the block. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Every request is denied with an empty body (401: no role, 403: not authenticated); null ends it. */
  deny(status: 401 | 403 | null): void {
    this.#denied = status;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  get denied(): 401 | 403 | null {
    return this.#denied;
  }

  /** Whether this insert is to be refused as transient; counts it. */
  takeTransient(): boolean {
    if (this.#transient === 0) return false;
    this.#transient -= 1;
    return true;
  }

  /** Whether this insert is to die; counts it. */
  takeDeath(): boolean {
    if (this.#dying === 0) return false;
    this.#dying -= 1;
    return true;
  }
}
