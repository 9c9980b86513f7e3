import type { FtsFileRecord, FtsJobRecord } from '../../simulators/fts3/books.ts';
import type { FileEvidence, OnDisk } from '../evidence.ts';
import type { Generation } from '../sources.ts';

/** The bytes are those of a generation. */
export const isSame = (found: OnDisk | null, { size, adler32 }: Generation): boolean =>
  found?.size === size && found.adler32 === adler32;

/** The generation that a task speaks of; null where it does not know the file. */
export const saidGeneration = ({ said, generations }: FileEvidence): Generation | null =>
  generations.find(({ retry }) => retry === said?.retry) ?? null;

/** Site and name of where a file goes. */
export const nameOf = ({ job, file }: FileEvidence): string => `${job.destination}:${file.destinationLfn}`;

/** A copy that FTS was asked for. */
export interface AskedCopy extends FtsFileRecord {
  job: FtsJobRecord;
}

/** What FTS was asked to copy to a destination, oldest first. The site is the first name of a path. */
export function copiesByDestination(jobs: readonly FtsJobRecord[]): Map<string, AskedCopy[]> {
  const copies = jobs.flatMap((job) => job.files.map((file): AskedCopy => ({ ...file, job })));
  const byDestination = Map.groupBy(copies, ({ destination }) => destination.replace(/^\w+:\/\/[^/]+\/([^/]+)/, '$1:'));
  for (const list of byDestination.values()) list.sort((a, b) => a.job.submitTime - b.job.submitTime);
  return byDestination;
}
