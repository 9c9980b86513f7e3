import { isFinalTransfer } from '../states.ts';
import type { LedgerEntry, LedgerJob } from './entry.ts';
import { gates, type Ledger } from './ledger.ts';

/** What the gate decided about a job's files, to be told to the batches that own them. */
export interface GateDecision {
  /** May be published now. */
  released: LedgerEntry[];
  /** Cannot be published: a sibling failed, or never came. */
  incomplete: LedgerEntry[];
}

/**
 * Decides on the publication of a job's files: released when the job is complete and all its output files are DONE; FAILED
 * `job-incomplete` as soon as one of them cannot become DONE, or `noMore` files are to come and some are missing. Only files whose
 * publication was asked for and is not decided yet are touched.
 */
export function gatePublication(ledger: Ledger, job: LedgerJob, noMore: boolean): GateDecision {
  const decision: GateDecision = { released: [], incomplete: [] };
  const waiting = job.entries.filter((entry) => entry.publication === 'NEW');
  if (waiting.length === 0) return decision;

  const current = job.entries.filter((entry) => entry.retry === job.retry);
  const complete = current.length >= job.expected;
  const outputs = current.filter(gates);
  const broken =
    outputs.some((entry) => isFinalTransfer(entry.transfer) && entry.transfer !== 'DONE') || (noMore && !complete);

  for (const entry of waiting) {
    // A file of an older generation that the newer one did not report again has no job to be published with.
    if (broken || (entry.retry !== job.retry && noMore)) {
      ledger.setPublication(entry, 'FAILED');
      entry.incomplete = true;
      decision.incomplete.push(entry);
    } else if (entry.retry === job.retry && complete && outputs.every(({ transfer }) => transfer === 'DONE')) {
      ledger.setPublication(entry, 'ACQUIRED');
      decision.released.push(entry);
    }
  }
  return decision;
}

/** Reopens publications that had failed only for a sibling that is being tried again. */
export function reopenIncomplete(ledger: Ledger, job: LedgerJob): LedgerEntry[] {
  const reopened = job.entries.filter((entry) => entry.publication === 'FAILED' && entry.incomplete);
  for (const entry of reopened) ledger.setPublication(entry, 'NEW');
  return reopened;
}
