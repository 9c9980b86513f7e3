import { FAILURE_TYPES } from '../contract/failure-types.ts';
import type { ArrivalResult, SettleResult } from '../domain/batch/settling.ts';
import type { CredentialRef } from '../domain/file.ts';
import { PortError } from '../ports/errors.ts';
import type { SiteCatalogPort, StoragePort } from '../ports/storage.ts';
import { inParallel } from './in-parallel.ts';
import { compare, removeIfSame } from './same-file.ts';
import type { ArrivalRequest, SettleRequest, StorageActivities } from './storage.types.ts';

export interface StorageDependencies {
  storage: StoragePort;
  sites: SiteCatalogPort;
}

type SettleFile = SettleRequest['files'][number];

/** Reasons of ours for which a storage was not asked at all: they say nothing about a file. */
const UNASKED = new Set<string>([FAILURE_TYPES.credential, FAILURE_TYPES.storageBusy]);

/** What became of one file, and what stood in its way. */
interface Done<R> {
  result: R;
  error?: PortError;
}

/** All wait for the same person's credential: so does the activity, which says so in Temporal. */
function resultsOrWait<R>(done: Done<R>[], waitUntil: number | null): R[] {
  const [first] = done;
  const isPatient = waitUntil === null || Date.now() < waitUntil;
  if (first?.error && isPatient && done.every(({ error }) => error?.type === FAILURE_TYPES.credential))
    throw first.error;
  return done.map(({ result }) => result);
}

/** Activities on the queue of looks and removals. */
export function createStorageActivities({ storage, sites }: StorageDependencies): StorageActivities {
  return {
    async settleFiles({ credential, waitUntil, files }) {
      return resultsOrWait(await inParallel(files, (file) => settle(file, credential)), waitUntil);
    },

    async removeArrived({ credential, waitUntil, files }) {
      return resultsOrWait(await inParallel(files, (file) => remove(file, credential)), waitUntil);
    },
  };

  /** One file that nobody wants at its destination any more. */
  async function remove(
    { key, record }: ArrivalRequest['files'][number],
    credential: CredentialRef,
  ): Promise<Done<ArrivalResult>> {
    try {
      const url = await sites.doorUrl(record.destination, record.destinationLfn);
      // Only what is ours beyond doubt: another file may have the destination by now.
      const outcome = await removeIfSame(storage, url, credential, (found) => compare(found, record) === 'right');
      return { result: { key, found: outcome === 'changed' ? 'foreign' : outcome } };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { result: { key, found: UNASKED.has(error.type) ? 'unasked' : 'unknown' }, error };
    }
  }

  /** One file: first our own look at the destination, then the source; a source is removed only where both are as reported. */
  async function settle(
    { key, record, removeSource, needsSum }: SettleFile,
    credential: CredentialRef,
  ): Promise<Done<SettleResult>> {
    const result: SettleResult = { key, destination: 'unknown', source: 'untouched', reason: null };
    let copySum: string | null = null;
    try {
      const found = await storage.look(await sites.doorUrl(record.destination, record.destinationLfn), credential);
      copySum = found?.adler32 ?? null;
      const verdict = found ? compare(found, record) : 'absent';
      result.destination = verdict !== 'plausible' ? verdict : needsSum ? 'unproven' : 'right';
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      if (UNASKED.has(error.type)) result.destination = 'unasked';
      // What nobody can see arrive is not removed elsewhere.
      if (error.type === FAILURE_TYPES.storageNoWay) result.source = 'uncleaned';
      return { result: { ...result, reason: error.message }, error };
    }
    if (!removeSource || result.destination !== 'right') return { result };
    return { result: { ...result, ...(await removeSourceOf(record, credential, copySum)) } };
  }

  /** @param copySum of the copy, as its door tells; where CRAB knows no sum (logs), only the two doors' can be compared */
  async function removeSourceOf(
    record: SettleFile['record'],
    credential: CredentialRef,
    copySum: string | null,
  ): Promise<Pick<SettleResult, 'source' | 'reason'> & Partial<Pick<SettleResult, 'destination'>>> {
    /** No other sum is known than those of the two doors. */
    const needsSource = record.adler32 === null && copySum !== null;
    let isCompared = false;
    let differs = false;
    try {
      const url = await sites.doorUrl(record.source, record.sourceLfn);
      const outcome = await removeIfSame(storage, url, credential, (found) => {
        isCompared = true;
        differs = needsSource && found.adler32 !== null && found.adler32 !== copySum;
        return compare(found, record) !== 'wrong' && !differs;
      });
      if (differs) return { destination: 'wrong', source: 'untouched', reason: 'the copy is not like its source' };
      return outcome === 'changed'
        ? { source: 'changed', reason: 'the source has changed' }
        : { source: 'removed', reason: null };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      const { message: reason } = error;
      if (error.type === FAILURE_TYPES.storageNoWay) return { source: 'uncleaned', reason };
      return { source: 'left', reason, ...(needsSource && !isCompared && { destination: 'likely' as const }) };
    }
  }
}
