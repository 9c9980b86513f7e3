import type { SettleResult } from '../domain/batch/settling.ts';
import type { CredentialRef, FileRecord } from '../domain/file.ts';
import { PortError } from '../ports/errors.ts';
import type { SiteCatalogPort, StoragePort, StoredFile } from '../ports/storage.ts';
import type { SettleRequest, StorageActivities } from './types.ts';

export interface StorageDependencies {
  storage: StoragePort;
  sites: SiteCatalogPort;
}

/** Files of one batch worked on at a time: gentle on a site's door, and one slow file does not hold the others. */
const AT_ONCE = 8;

/** Activities on the queue of looks and removals. */
export function createStorageActivities({ storage, sites }: StorageDependencies): StorageActivities {
  return {
    settleFiles: ({ credential, files }) =>
      inParallel(files, ({ key, record, removeSource }) => settle(key, record, removeSource, credential)),

    removeArrived: ({ credential, files }) =>
      inParallel(files, async ({ key, record }) => {
        try {
          const url = await sites.doorUrl(record.destination, record.destinationLfn);
          const found = await storage.look(url, credential);
          if (!found) return { key, found: 'absent' as const };
          // Only what is ours beyond doubt: another file may have the destination by now.
          const isOurs = isRight(found, record) && found.adler32 !== null && record.adler32 !== null;
          if (!isOurs) return { key, found: 'foreign' as const };
          await storage.remove(url, credential);
          return { key, found: 'removed' as const };
        } catch (error) {
          if (!(error instanceof PortError)) throw error;
          return { key, found: 'unknown' as const };
        }
      }),
  };

  /** One file: first our own look at the destination, then the source; a source is removed only where both are as reported. */
  async function settle(
    key: string,
    record: FileRecord,
    removeSource: boolean,
    credential: CredentialRef,
  ): Promise<SettleResult> {
    let destination: SettleResult['destination'] = 'unknown';
    try {
      const found = await storage.look(await sites.doorUrl(record.destination, record.destinationLfn), credential);
      if (!found) return { key, destination: 'absent', source: 'untouched', reason: null };
      destination = isRight(found, record) ? 'right' : 'wrong';
      if (destination === 'wrong' || !removeSource) return { key, destination, source: 'untouched', reason: null };
      const sourceUrl = await sites.doorUrl(record.source, record.sourceLfn);
      const source = await storage.look(sourceUrl, credential);
      // A re-run of the job writes new bytes to the same place: those are not ours to remove.
      if (source && !isRight(source, record))
        return { key, destination, source: 'changed', reason: 'the source has changed' };
      if (source) await storage.remove(sourceUrl, credential);
      return { key, destination, source: 'removed', reason: null };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { key, destination, source: destination === 'right' ? 'left' : 'untouched', reason: error.message };
    }
  }
}

/** Same size and, where both sides know it, the same checksum. */
function isRight(found: StoredFile, record: FileRecord): boolean {
  if (found.size !== record.size) return false;
  return found.adler32 === null || record.adler32 === null || found.adler32 === record.adler32.toLowerCase();
}

async function inParallel<R>(
  files: SettleRequest['files'],
  work: (file: SettleRequest['files'][number]) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(files.length);
  let next = 0;
  const workers = Array.from({ length: Math.min(AT_ONCE, files.length) }, async () => {
    for (let i = next++; i < files.length; i = next++) {
      const file = files[i];
      if (file) results[i] = await work(file);
    }
  });
  await Promise.all(workers);
  return results;
}
