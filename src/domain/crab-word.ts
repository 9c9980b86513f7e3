import type { FileRecord } from './file.ts';

/** States of a transfer that CRAB's row of a file is told, by CRAB's own names. */
export type CrabTransfer = 'SUBMITTED' | 'RETRY' | 'DONE' | 'FAILED' | 'KILLED';

/** What CRAB's row of a file is to say; null: nothing new. Absolute, so that it may be told twice. */
export interface CrabWord {
  /** CRAB's id of the file. */
  id: string;
  /** Of the generation that it is said of, epoch seconds: a row that is a newer one's by now is left alone. */
  startTime: number;
  /** In whose name (`tm_aso_worker`); absent: the service's own. */
  worker?: string;
  transfer: CrabTransfer | null;
  /** Why the transfer failed. */
  reason: string | null;
  /** The FTS job that has it now, or had it last. */
  fts: { jobId: string; server: string } | null;
  publication: 'DONE' | 'FAILED' | null;
  publicationReason: string | null;
}

/** What CRAB's row of a file says by what it was told; null: nothing yet. */
export interface ToldCrab {
  transfer: CrabTransfer | null;
  reason: string | null;
  ftsJobId: string | null;
  publication: CrabWord['publication'];
  publicationReason: string | null;
  /** The row is a newer generation's by now: nothing more is said of this one. */
  outdated?: true;
}

/** A word about a file that says nothing yet. */
export const wordFor = ({
  id,
  startTime,
  crabWorker,
}: Pick<FileRecord, 'id' | 'startTime' | 'crabWorker'>): CrabWord => ({
  ...{ id, startTime, ...(crabWorker !== undefined && { worker: crabWorker }) },
  ...{ transfer: null, reason: null, fts: null, publication: null, publicationReason: null },
});
