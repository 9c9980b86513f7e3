import type { BatchFileInput } from '../orders.ts';
import type { Policy } from '../policy.ts';

/** Files that wait to leave together: same source, destination and type. */
interface Pane {
  files: BatchFileInput[];
  /** When its oldest file came, epoch milliseconds. */
  since: number;
}

/** A batch that is ready to leave: immutable from now on. */
export interface ReadyBatch {
  source: string;
  destination: string;
  files: BatchFileInput[];
}

/** Collects files per (source, destination, type) until a batch is full or its oldest file has waited long enough. */
export class BatchWindow {
  #panes = new Map<string, Pane>();

  get size(): number {
    let files = 0;
    for (const pane of this.#panes.values()) files += pane.files.length;
    return files;
  }

  add(file: BatchFileInput, now: number): void {
    const { source, destination, type } = file.record;
    const pane = this.#panes.get(`${source} ${destination} ${type}`);
    if (pane) pane.files.push(file);
    else this.#panes.set(`${source} ${destination} ${type}`, { files: [file], since: now });
  }

  /** Takes a file out again; null where it is not here. */
  remove(key: string): BatchFileInput | null {
    for (const [name, pane] of this.#panes) {
      const index = pane.files.findIndex((file) => file.key === key);
      if (index < 0) continue;
      const [file] = pane.files.splice(index, 1);
      if (pane.files.length === 0) this.#panes.delete(name);
      return file ?? null;
    }
    return null;
  }

  *files(): Generator<BatchFileInput> {
    for (const pane of this.#panes.values()) yield* pane.files;
  }

  find(key: string): BatchFileInput | null {
    for (const pane of this.#panes.values()) {
      const file = pane.files.find((candidate) => candidate.key === key);
      if (file) return file;
    }
    return null;
  }

  /** When the batch that a file waits for is due, full or not, epoch milliseconds; null where the file is not here. */
  dueOf(key: string, { batchWindow }: Policy): number | null {
    const panes = [...this.#panes.values()];
    const pane = panes.find(({ files }) => files.some((file) => file.key === key));
    return pane ? pane.since + batchWindow * 1000 : null;
  }

  /** At most `limit` batches that are full or due; `all` where nothing is to wait any longer. */
  takeReady(now: number, policy: Policy, { all = false, limit = Infinity } = {}): ReadyBatch[] {
    const ready: ReadyBatch[] = [];
    for (const [name, pane] of this.#panes) {
      const due = all || now - pane.since >= policy.batchWindow * 1000;
      while (
        ready.length < limit &&
        (pane.files.length >= policy.maxFilesPerFtsJob || (due && pane.files.length > 0))
      ) {
        const files = pane.files.splice(0, policy.maxFilesPerFtsJob);
        const first = files[0]?.record;
        if (first) ready.push({ source: first.source, destination: first.destination, files });
      }
      if (pane.files.length === 0) this.#panes.delete(name);
    }
    return ready;
  }

  /** When the next batch is due, epoch milliseconds; null where nothing waits. */
  nextDue(policy: Policy): number | null {
    let next: number | null = null;
    for (const { since } of this.#panes.values()) {
      const due = since + policy.batchWindow * 1000;
      if (next === null || due < next) next = due;
    }
    return next;
  }

  toJSON(): [string, Pane][] {
    return [...this.#panes];
  }

  static fromJSON(panes: [string, Pane][]): BatchWindow {
    const window = new BatchWindow();
    window.#panes = new Map(panes);
    return window;
  }
}
