import type { CrabTransfer } from '../crab-word.ts';
import { idCheck, type LedgerEntry } from './entry.ts';
import type { Ledger } from './ledger.ts';

/** What CRAB says of a file: its states by CRAB's names. */
export interface SaidByCrab {
  jobId: string;
  /** Of the generation that the row is, epoch seconds. */
  startTime: number;
  transfer: string | null;
  publication: string | null;
}

/** A row that says something else than the books of its task, which have the file's end. */
export interface WrongRow {
  /** CRAB's id. */
  id: string;
  entry: LedgerEntry;
  /** What it is to say; null where it does. */
  transfer: CrabTransfer | null;
  publication: 'DONE' | 'FAILED' | null;
}

/**
 * Rows of files that have come to their end and do not say so. Rows of other generations than the books', and what is not final, are left
 * alone: word of the latter is still to come.
 * @param rows by CRAB's id
 */
export function wrongRows(ledger: Ledger, rows: ReadonlyMap<string, SaidByCrab>): WrongRow[] {
  const nameOf = (jobId: string, check: number, startTime: number): string => `${jobId} ${check} ${startTime}`;
  const entries = new Map<string, LedgerEntry>();
  for (const job of ledger.jobs.values())
    for (const entry of job.entries) {
      const name = nameOf(job.id, entry.check, entry.startTime);
      // One that was refused may stand beside the one that counts.
      if (!entries.has(name) || ledger.byKey.get(entry.key) === entry) entries.set(name, entry);
    }
  return [...rows].flatMap(([id, row]): WrongRow[] => {
    const entry = entries.get(nameOf(row.jobId, idCheck(id), row.startTime));
    if (!entry) return [];
    const [transfer, publication] = endOf(entry);
    const wrong = {
      transfer: transfer === row.transfer ? null : transfer,
      publication: publication === row.publication ? null : publication,
    };
    return (wrong.transfer ?? wrong.publication) ? [{ id, entry, ...wrong }] : [];
  });
}

/** How a file ended, by CRAB's names; null for a stage that has not, or that CRAB is not told of. */
function endOf({ transfer, publication }: LedgerEntry): [CrabTransfer | null, 'DONE' | 'FAILED' | null] {
  // CRAB's rows have no state of their own for what was refused.
  const end = transfer === 'REJECTED' ? 'FAILED' : transfer;
  const isEnd = end === 'DONE' || end === 'FAILED' || end === 'KILLED';
  return [isEnd ? end : null, publication === 'DONE' || publication === 'FAILED' ? publication : null];
}
