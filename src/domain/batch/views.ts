import type { FileType } from '../file.ts';
import type { PublicationState, TransferState } from '../states.ts';
import type { Attempt, BatchFile } from './batch-file.ts';
import { keptSource, type KeptSource } from './kept-source.ts';

/** A file in full, for operators. */
export interface FileView {
  key: string;
  id: string;
  jobId: string;
  retry: number;
  type: FileType;
  source: string;
  sourceLfn: string;
  destination: string;
  destinationLfn: string;
  dataset: string | null;
  size: number;
  /** 8 hex digits, as reported; null where it was not. */
  adler32: string | null;
  transfer: TransferState;
  publication: PublicationState;
  publicationReason: string | null;
  ftsJobIds: string[];
  attempts: Attempt[];
  retryAt: number | null;
  sourceState: string;
  /** Set where the source is left behind. */
  kept: KeptSource | null;
}

/** What a waiting job is told of a file. */
export interface OutcomeView {
  key: string;
  id: string;
  destinationLfn: string;
  transfer: TransferState;
  publication: PublicationState;
  code: number | null;
  reasons: string[];
  publicationReason: string | null;
  ftsJobIds: string[];
}

/** A file as its batch shows it. */
export function describeFile(file: BatchFile): FileView {
  const { key, jobId, retry, record, transfer, publication, publicationReason, ftsJobIds, attempts, retryAt } = file;
  const { id, type, source, sourceLfn, destination, destinationLfn, dataset, size, adler32 } = record;
  return {
    ...{ key, id, jobId, retry, type, source, sourceLfn, destination, destinationLfn, dataset, size, adler32 },
    ...{ transfer, publication, publicationReason, ftsJobIds, attempts, retryAt },
    sourceState: [file.source, file.heldReason ?? file.sourceReason].filter(Boolean).join(': '),
    kept: keptSource(file),
  };
}

/** The outcome of a final file. */
export function outcomeOfFile(file: BatchFile): OutcomeView {
  const { record, transfer, ftsJobIds, attempts, kill } = file;
  // The task will say so in a moment: nothing of a job is published that has not arrived whole.
  const isGivenUp = transfer !== 'DONE' && file.publication === 'NEW';
  const publication = isGivenUp ? 'FAILED' : file.publication;
  const publicationReason = isGivenUp ? 'job-incomplete' : file.publicationReason;
  const code = transfer === 'DONE' ? null : (attempts.at(-1)?.code ?? null);
  const reasons = attempts.map(({ reason }) => reason);
  if (kill && transfer === 'KILLED') reasons.push(`killed by ${kill.by}: ${kill.reason}`);
  const { id, destinationLfn } = record;
  return { key: file.key, id, destinationLfn, transfer, publication, code, reasons, publicationReason, ftsJobIds };
}
