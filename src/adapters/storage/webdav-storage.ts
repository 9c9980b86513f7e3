import type { CredentialRef } from '../../domain/file.ts';
import type { StoragePort } from '../../ports/storage.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { describe, type HttpAnswer } from '../http.ts';
import { adler32Of, WANT_ADLER32 } from './digest.ts';
import { createDoorClient, type DoorClient } from './door-client.ts';
import { doorUrl, refused } from './door-url.ts';

export interface WebDavStorageOptions {
  dispatchers: Dispatchers;
  /** Milliseconds per exchange (60 s: a door may have to read the file for its checksum). */
  timeoutMs?: number;
}

const PROPFIND_BODY =
  '<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop><d:getcontentlength/></d:prop></d:propfind>';

/** Sites' storage over WebDAV doors; URLs may be `davs` or `https`. */
export function createWebDavStorage({ dispatchers, timeoutMs = 60_000 }: WebDavStorageOptions): StoragePort {
  const ask = createDoorClient(dispatchers, timeoutMs);
  return {
    async look(url, credential) {
      const door = doorUrl(url);
      const answer = await ask({ method: 'HEAD', url: door, credential, headers: WANT_ADLER32 });
      if (isAbsent(answer)) return null;
      const size = byteCount(answer.headers['content-length']) ?? (await sizeByPropfind(ask, door, credential));
      return size === null ? null : { size, adler32: adler32Of(answer.headers) };
    },
    async remove(url, credential) {
      const answer = await ask({ method: 'DELETE', url: doorUrl(url), credential });
      return isAbsent(answer) ? 'absent' : 'removed';
    },
  };
}

const isAbsent = ({ status }: HttpAnswer): boolean => status === 404 || status === 410;

/** Doors that answer HEAD in chunks tell no length there. Null where the file is gone meanwhile. */
async function sizeByPropfind(ask: DoorClient, url: URL, credential: CredentialRef): Promise<number | null> {
  const headers = { depth: '0', 'content-type': 'application/xml; charset=utf-8' };
  const answer = await ask({ method: 'PROPFIND', url, credential, headers, body: PROPFIND_BODY });
  if (isAbsent(answer)) return null;
  const size = byteCount(/<(?:[\w.-]+:)?getcontentlength[^>]*>\s*(\d+)\s*</i.exec(answer.text)?.[1]);
  if (size === null) throw refused(`${describe({ method: 'PROPFIND', url })}: tells no length, so it is no file`);
  return size;
}

function byteCount(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : null;
}
