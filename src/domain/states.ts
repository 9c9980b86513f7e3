/**
 * States of a file, by CRAB's own names where it has them.
 *
 * Transfer: NEW → SUBMITTED → DONE | FAILED | KILLED, SUBMITTED → RETRY → SUBMITTED, NEW|RETRY|SUBMITTED → KILL → KILLED,
 * NEW|RETRY ⇄ HELD, REJECTED. Publication: NOT_REQUIRED | NEW → ACQUIRED → DONE | FAILED, FAILED → NEW on retry.
 */
export const TRANSFER_STATES = [
  'NEW', // reported, waits for its batch or for its turn
  'SUBMITTED', // its batch is let through to FTS
  'RETRY', // an attempt failed, the next one waits for its time
  'HELD', // its site is closed or misconfigured
  'KILL', // cancel asked, FTS has not confirmed yet
  'DONE', // at the destination, seen by us with the right size and checksum
  'FAILED',
  'KILLED',
  'REJECTED', // the record breaks a rule
] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];

export const PUBLICATION_STATES = [
  'NOT_REQUIRED', // not asked for
  'NEW', // asked for, waits for its job to be complete and DONE
  'ACQUIRED', // handed over for publication
  'DONE', // in DBS
  'FAILED',
] as const;
export type PublicationState = (typeof PUBLICATION_STATES)[number];

const FINAL_TRANSFER = new Set<TransferState>(['DONE', 'FAILED', 'KILLED', 'REJECTED']);
const FINAL_PUBLICATION = new Set<PublicationState>(['NOT_REQUIRED', 'DONE', 'FAILED']);

/** Nothing more happens to the transfer by itself. */
export const isFinalTransfer = (state: TransferState): boolean => FINAL_TRANSFER.has(state);

/** Nothing more happens to the publication by itself. */
export const isFinalPublication = (state: PublicationState): boolean => FINAL_PUBLICATION.has(state);

/** Files by state, states without files left out. */
export type StateCounts<S extends string> = Partial<Record<S, number>>;
