import type { StoragePort } from '../../ports/storage.ts';

/** WebDAV doors for what is named by http or WebDAV, else the other storage. */
export function storageByScheme(webdav: StoragePort, other: StoragePort): StoragePort {
  const of = (url: string): StoragePort => (/^(https?|davs?):/i.test(url) ? webdav : other);
  return {
    look: (url, credential) => of(url).look(url, credential),
    remove: (url, credential, version) => of(url).remove(url, credential, version),
  };
}
