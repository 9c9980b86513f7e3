/** A scripted fault of one site's storage. */
export interface SiteFault {
  site: string;
  /**
   * `full`: PUT answers 507; `refused`: PUT answers 403; `down`: every connection is dropped;
   * `silent`: requests are taken and never answered.
   */
  kind: 'full' | 'refused' | 'down' | 'silent';
  /** Regular expression on the LFN; without it, the whole site. */
  path?: string;
  /** Acts on so many requests, then never again; without it, until cleared. */
  times?: number;
}

/** The faults in force. They may be set and cleared while the simulator runs. */
export class SiteFaults {
  #faults: { fault: SiteFault; pattern: RegExp; used: number }[] = [];

  constructor(faults: readonly SiteFault[] = []) {
    for (const fault of faults) this.set(fault);
  }

  set(fault: SiteFault): void {
    this.#faults.push({ fault, pattern: new RegExp(fault.path ?? ''), used: 0 });
  }

  /** Ends the faults of a site, or all of them. */
  clear(site?: string): void {
    this.#faults = this.#faults.filter(({ fault }) => site !== undefined && fault.site !== site);
  }

  /** How often each fault in force was applied, in the order they were set. */
  get applied(): number[] {
    return this.#faults.map(({ used }) => used);
  }

  /** The fault that a request meets, counted as applied; null for none. */
  next(method: string, site: string, lfn: string): SiteFault['kind'] | null {
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (fault.site !== site || entry.used >= (fault.times ?? Infinity) || !entry.pattern.test(lfn)) continue;
      if ((fault.kind === 'full' || fault.kind === 'refused') && method !== 'PUT') continue;
      entry.used += 1;
      return fault.kind;
    }
    return null;
  }
}
