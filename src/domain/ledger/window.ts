import type { BatchFileInput } from '../orders.ts';
import type { Policy } from '../policy.ts';

/** Files that wait to leave together: same source, destination and type. */
interface Pane {
  files: BatchFileInput[];
  /** When its oldest file came, epoch milliseconds. */
  since: number;
  /** When its last batch left, epoch milliseconds; absent where that is more than a window ago. */
  left?: number;
}

/** What may leave the window now. */
interface Leaving {
  /** Nothing is to wait any longer. */
  all?: boolean;
  /** Batches at most. */
  limit?: number;
  /** Nothing that is still to come belongs to the file, and it could be sent at once: alone on a quiet link it need not wait. */
  mayLeave?: (file: BatchFileInput) => boolean;
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
    if (pane) {
      if (pane.files.length === 0) pane.since = now;
      pane.files.push(file);
    } else this.#panes.set(`${source} ${destination} ${type}`, { files: [file], since: now });
  }

  /** Takes a file out again; null where it is not here. */
  remove(key: string): BatchFileInput | null {
    for (const [name, pane] of this.#panes) {
      const index = pane.files.findIndex((file) => file.key === key);
      if (index < 0) continue;
      const [file] = pane.files.splice(index, 1);
      if (pane.files.length === 0 && pane.left === undefined) this.#panes.delete(name);
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

  /** Batches that are full or due, and lone job outputs of a quiet link: none of its batches left within the last window. */
  takeReady(
    now: number,
    policy: Policy,
    { all = false, limit = Infinity, mayLeave = never }: Leaving = {},
  ): ReadyBatch[] {
    const ready: ReadyBatch[] = [];
    const windowMs = policy.batchWindow * 1000;
    for (const [name, pane] of this.#panes) {
      if (pane.left !== undefined && now - pane.left >= windowMs) delete pane.left;
      const isLone = pane.left === undefined && isOneJob(pane.files) && pane.files.every(mayLeave);
      const due = all || isLone || now - pane.since >= windowMs;
      while (
        ready.length < limit &&
        (pane.files.length >= policy.maxFilesPerFtsJob || (due && pane.files.length > 0))
      ) {
        const files = pane.files.splice(0, policy.maxFilesPerFtsJob);
        const first = files[0]?.record;
        if (!first) continue;
        ready.push({ source: first.source, destination: first.destination, files });
        pane.left = now;
      }
      if (pane.files.length === 0 && pane.left === undefined) this.#panes.delete(name);
    }
    return ready;
  }

  /** When the next batch is due, epoch milliseconds; null where nothing waits. */
  nextDue(policy: Policy): number | null {
    let next: number | null = null;
    for (const { files, since } of this.#panes.values()) {
      if (files.length === 0) continue;
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

const never = (): boolean => false;

/** Where several wait already, it is a burst, which is to fill its batches. */
const isOneJob = ([first, ...others]: BatchFileInput[]): boolean => others.every(({ jobId }) => jobId === first?.jobId);
