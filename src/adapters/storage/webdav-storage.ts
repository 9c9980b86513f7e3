import type { StoragePort } from '../../ports/storage.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { createDoorClient } from './door-client.ts';
import { doorUrl } from './door-url.ts';
import { lookAt } from './look.ts';
import { removeAt } from './remove.ts';

export interface WebDavStorageOptions {
  dispatchers: Dispatchers;
  /** Milliseconds per exchange (60 s: a door may have to read the file for its checksum). */
  timeoutMs?: number;
}

/** Sites' storage over WebDAV doors of dCache, XRootD, StoRM and EOS; URLs may be `davs` or `https`. */
export function createWebDavStorage({ dispatchers, timeoutMs = 60_000 }: WebDavStorageOptions): StoragePort {
  const ask = createDoorClient(dispatchers, timeoutMs);
  return {
    look: async (url, credential) => lookAt(ask, doorUrl(url), credential),
    remove: async (url, credential, version) => removeAt(ask, doorUrl(url), credential, version),
  };
}
