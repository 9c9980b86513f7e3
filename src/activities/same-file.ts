import type { CredentialRef, FileRecord } from '../domain/file.ts';
import type { StoragePort, StoredFile } from '../ports/storage.ts';

/**
 * What lies at a URL, beside what was reported: `right` by size and checksum, `plausible` by size while a checksum is lacking on one side,
 * else `wrong`.
 */
export function compare(found: StoredFile, { size, adler32 }: Pick<FileRecord, 'size' | 'adler32'>) {
  if (found.size !== size) return 'wrong' as const;
  if (found.adler32 === null || adler32 === null) return 'plausible' as const;
  return found.adler32 === adler32.toLowerCase() ? ('right' as const) : ('wrong' as const);
}

/**
 * Removes a file if it is still what it should be. The look comes as late as it can, and where the door gives entity tags the removal is
 * bound to what was looked at: a job that runs again writes its new bytes to the same place.
 */
export async function removeIfSame(
  storage: StoragePort,
  url: string,
  credential: CredentialRef,
  isSame: (found: StoredFile) => boolean,
): Promise<'removed' | 'absent' | 'changed'> {
  const found = await storage.look(url, credential);
  if (!found) return 'absent';
  if (!isSame(found)) return 'changed';
  const outcome = await storage.remove(url, credential, found.version);
  if (outcome !== 'changed') return outcome;
  // Written anew since; or the door's tags are of no use, which the same bytes under the same tag tell.
  const again = await storage.look(url, credential);
  if (!again) return 'absent';
  return isSame(again) && again.version === found.version ? storage.remove(url, credential) : 'changed';
}
