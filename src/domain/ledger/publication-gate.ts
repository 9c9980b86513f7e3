import { isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import { gates, type Ledger } from './ledger.ts';

/** What the gate decided about a job's files, to be told to the batches that own them. */
export interface GateDecision {
  /** May be published now. */
  released: LedgerEntry[];
  /** Cannot be published: a sibling failed, or never came. */
  incomplete: LedgerEntry[];
  /** Could not be published, and now may be in the end: the sibling is tried again, or came after all. */
  reopened: LedgerEntry[];
}

/**
 * Decides on the publication of a job's files: released when the job is complete and all its output files are DONE; FAILED
 * `job-incomplete` as soon as one of them cannot become DONE, or `noMore` files are to come and some are missing; open again when that
 * is no longer so. Only files whose publication was asked for and that have not been released are touched, and of those given up before only
 * the ones whose batch `isOpen` still.
 */
export function gatePublication(
  ledger: Ledger,
  job: LedgerJob,
  noMore: boolean,
  isOpen: (batch: number) => boolean,
): GateDecision {
  const decision: GateDecision = { released: [], incomplete: [], reopened: [] };
  const waiting = job.entries.filter(
    (entry) => entry.publication === 'NEW' || (entry.incomplete && isOpen(entry.batch)),
  );
  if (waiting.length === 0) return decision;

  const current = job.entries.filter((entry) => entry.retry === job.retry);
  const complete = current.length >= job.expected;
  const outputs = current.filter(gates);
  const broken =
    outputs.some((entry) => isFinalTransfer(entry.transfer) && entry.transfer !== 'DONE') || (noMore && !complete);

  for (const entry of waiting) {
    // A file of an older generation that the newer one did not report again has no job to be published with.
    if (broken || (entry.retry !== job.retry && noMore)) {
      if (entry.incomplete) continue;
      ledger.setPublication(entry, 'FAILED');
      entry.incomplete = true;
      decision.incomplete.push(entry);
    } else if (entry.retry === job.retry && complete && outputs.every(({ transfer }) => transfer === 'DONE')) {
      ledger.setPublication(entry, 'ACQUIRED');
      decision.released.push(entry);
    } else if (entry.incomplete) {
      ledger.setPublication(entry, 'NEW');
      decision.reopened.push(entry);
    }
  }
  return decision;
}
