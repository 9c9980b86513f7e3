import type { FtsFileRecord } from '../simulators/fts3/books.ts';
import type { FtsSimulator } from '../simulators/fts3/simulator.ts';

/** Files of all FTS jobs, from FTS's own books: one for each attempt of a file. */
export const ftsFiles = (fts: FtsSimulator): FtsFileRecord[] => fts.jobs().flatMap(({ files }) => [...files]);

/** Copies that FTS has finished. */
export const finishedCopies = (fts: FtsSimulator): number =>
  ftsFiles(fts).filter(({ state }) => state === 'FINISHED').length;

/** Requests that arrived at FTS, whatever became of them. */
export const ftsRequests = (fts: FtsSimulator): number => Object.values(fts.server.counts).reduce((a, b) => a + b, 0);
