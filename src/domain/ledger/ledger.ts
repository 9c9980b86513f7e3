import type { FailureClass } from '../failure-classes.ts';
import type { FileType } from '../file.ts';
import { isFinalPublication, isFinalTransfer, type PublicationState, type TransferState } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import type { Volume } from './volume.ts';

/** A source and destination pair. */
export interface Link {
  source: string;
  destination: string;
}

/** A link of a task. */
export interface LedgerLink extends Link {
  /** When something last happened to the transfer of one of its files, epoch milliseconds; 0 for not yet. */
  lastChangeAt: number;
}

/**
 * The books of one task: every file ever reported, by job, and which batch owns it. Pure data with invariants; what to do about
 * it is decided around it (intake, publication gate, selection). At most one live entry per destination.
 */
export class Ledger {
  readonly jobs = new Map<string, LedgerJob>();
  readonly links: LedgerLink[] = [];
  /** Bytes of batches that have ended, by link. */
  readonly volumes: Volume[] = [];
  readonly datasets: string[] = [];
  /** The live entry of each destination. */
  readonly byKey = new Map<string, LedgerEntry>();
  readonly byBatch = new Map<number, LedgerEntry[]>();
  readonly jobOf = new Map<LedgerEntry, LedgerJob>();
  /** Datasets that files were let through to publication of: their publishers have been started, or are in a moment. */
  readonly publishing = new Set<number>();
  /** Entries whose transfer or publication is not final: when none is left and no more come, the task is done. */
  openTransfers = 0;
  openPublications = 0;
  /** Links to whose files something has happened that nobody has noted the time of; -1 for those of none, and for publications. */
  readonly changed = new Set<number>();
  /** Entries whose end CRAB is to be told of by the task. */
  untold = 0;
  /** A few reasons per failure class, for status. */
  readonly reasons = new Map<FailureClass, string[]>();

  /** Adds an entry to its job and, unless it was rejected, makes it the live one of its destination. */
  insert(job: LedgerJob, entry: LedgerEntry): void {
    this.changed.add(entry.link);
    job.entries.push(entry);
    this.jobOf.set(entry, job);
    if (!isFinalTransfer(entry.transfer)) this.openTransfers += 1;
    if (!isFinalPublication(entry.publication)) this.openPublications += 1;
    if (entry.untold) this.untold += 1;
    if (LET_THROUGH.includes(entry.publication)) this.publishing.add(entry.dataset);
    if (entry.batch) this.#index(entry);
    // A killed file frees its destination for another one; one that is published under an earlier generation does not.
    if (
      (entry.transfer === 'REJECTED' && !isPublishedBefore(entry)) ||
      (entry.transfer === 'KILLED' && this.byKey.has(entry.key))
    )
      return;
    this.byKey.set(entry.key, entry);
  }

  /** Removes an entry that a newer generation replaces. */
  remove(entry: LedgerEntry): void {
    const job = this.jobOf.get(entry);
    if (!job) return;
    if (!isFinalTransfer(entry.transfer)) this.openTransfers -= 1;
    if (!isFinalPublication(entry.publication)) this.openPublications -= 1;
    if (entry.untold) this.untold -= 1;
    job.entries.splice(job.entries.indexOf(entry), 1);
    this.jobOf.delete(entry);
    this.assign(entry, 0);
    if (this.byKey.get(entry.key) === entry) this.byKey.delete(entry.key);
  }

  job(id: string): LedgerJob {
    let job = this.jobs.get(id);
    if (!job) this.jobs.set(id, (job = { id, retry: -1, expected: 0, entries: [] }));
    return job;
  }

  /** Gives the entry to a batch (0: to none). */
  assign(entry: LedgerEntry, batch: number): void {
    if (entry.batch) {
      const owned = this.byBatch.get(entry.batch);
      owned?.splice(owned.indexOf(entry), 1);
      if (owned?.length === 0) this.byBatch.delete(entry.batch);
    }
    entry.batch = batch;
    if (batch) this.#index(entry);
  }

  setTransfer(entry: LedgerEntry, state: TransferState, failure: FailureClass | null = null): void {
    if (isFinalTransfer(entry.transfer) !== isFinalTransfer(state))
      this.openTransfers += isFinalTransfer(state) ? -1 : 1;
    if (entry.transfer !== state) this.changed.add(entry.link);
    entry.transfer = state;
    entry.failure = failure;
  }

  setPublication(entry: LedgerEntry, state: PublicationState): void {
    if (isFinalPublication(entry.publication) !== isFinalPublication(state))
      this.openPublications += isFinalPublication(state) ? -1 : 1;
    if (entry.publication !== state) this.changed.add(-1);
    if (LET_THROUGH.includes(state)) this.publishing.add(entry.dataset);
    entry.publication = state;
    if (state !== 'FAILED') entry.incomplete = false;
  }

  /** An entry that is not in the books any more is nothing that CRAB is to be told of. */
  setUntold(entry: LedgerEntry, untold: boolean): void {
    if (this.jobOf.has(entry) && entry.untold !== untold) this.untold += untold ? 1 : -1;
    entry.untold = untold;
  }

  /** Keeps up to three different reasons of a class as examples, shortened. */
  noteReason(failure: FailureClass, reason: string): void {
    const kept = this.reasons.get(failure) ?? [];
    const short = reason.slice(0, 300);
    if (kept.length < 3 && short && !kept.includes(short)) this.reasons.set(failure, [...kept, short]);
  }

  linkIndex(source: string, destination: string): number {
    const known = this.links.findIndex((link) => link.source === source && link.destination === destination);
    return known >= 0 ? known : this.links.push({ source, destination, lastChangeAt: 0 }) - 1;
  }

  datasetIndex(dataset: string | null): number {
    if (dataset === null) return -1;
    const known = this.datasets.indexOf(dataset);
    return known >= 0 ? known : this.datasets.push(dataset) - 1;
  }

  /** All entries, job by job, in the order the jobs were first reported. */
  *entries(): Generator<LedgerEntry> {
    for (const job of this.jobs.values()) yield* job.entries;
  }

  #index(entry: LedgerEntry): void {
    const owned = this.byBatch.get(entry.batch);
    if (owned) owned.push(entry);
    else this.byBatch.set(entry.batch, [entry]);
  }
}

const LET_THROUGH: readonly PublicationState[] = ['ACQUIRED', 'DONE'];

/** Rejected since an earlier generation of it is in DBS, and therefore at its destination: that is not to be overwritten. */
export const isPublishedBefore = ({ rule }: LedgerEntry): boolean => rule === 'already-published';

/** Outputs gate publication, logs do not. */
export const gates = (entry: { type: FileType }): boolean => entry.type === 'output';
