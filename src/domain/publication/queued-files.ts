import { stage, type PublicationView } from '../stage-view.ts';
import { utcTime } from '../utc-time.ts';
import type { PublisherState, QueuedFile } from './publisher-state.ts';

/** A file that a publisher has in hand, and what it waits for. */
export interface QueuedFileView {
  key: string;
  publication: PublicationView;
}

/**
 * What those of the files that are here wait for.
 * @param now epoch milliseconds; what was due by then is under way
 */
export function viewQueued(state: PublisherState, keys: readonly string[], now: number): QueuedFileView[] {
  const asked = new Set(keys);
  const filling = state.queue.filter(({ key, missingSince }) => !state.inFlight.has(key) && missingSince === null);
  const due = state.nextBlock(filling);
  const block = {
    waitsFor: `its block to fill (${filling.length} of ${state.policy.maxFilesPerBlock} files)`,
    nextTry: due > now ? due : null,
  };
  return state.queue
    .filter(({ key }) => asked.has(key))
    .map((file) => ({ key: file.key, publication: stage('ACQUIRED', awaited(state, file, now, block)) }));
}

function awaited(
  { inFlight, policy, bar }: PublisherState,
  { key, missingSince, tries, retryAt }: QueuedFile,
  now: number,
  block: Pick<PublicationView, 'waitsFor' | 'nextTry'>,
): Partial<PublicationView> {
  if (inFlight.has(key)) return { waitsFor: 'DBS to take its block', attempts: 1 };
  if (bar !== null) return { reason: `held: ${bar}`, waitsFor: 'operators to let it go on' };
  if (missingSince === null) return block.nextTry === null ? { waitsFor: 'its block to be made' } : block;
  const until = utcTime(missingSince + policy.metadataTimeout * 1000);
  return {
    reason: `CRAB has had no metadata of it since ${utcTime(missingSince)}; it is set aside at ${until}.`,
    waitsFor: 'CRAB to have its metadata',
    attempts: tries,
    nextTry: retryAt > now ? retryAt : null,
  };
}
