import type { CredentialRef } from '../../domain/file.ts';
import type { StoredFile } from '../../ports/storage.ts';
import { describe } from '../http.ts';
import { adler32Of, hexOf, WANT_DIGEST, WANT_REPR_DIGEST } from './digest.ts';
import { notNow, type DoorAnswer, type DoorClient } from './door-client.ts';
import { refused } from './door-url.ts';

/**
 * Refusals of HEAD that are no word on the file: XRootD answers 403 (405 since 2024) to `Want-Digest` where its administrator has configured
 * no checksum (xrootd issue 2318); other doors do only PROPFIND.
 */
const REFUSALS = [400, 403, 405, 501];

const PROPFIND_BODY =
  '<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop><d:getcontentlength/>' +
  '<s:Checksum xmlns:s="http://storm.italiangrid.org/2014/webdav"/>' +
  '<c:Checksums xmlns:c="http://www.dcache.org/2013/webdav"/></d:prop></d:propfind>';

/**
 * Size and Adler-32 of a file at a door; null where there is none. Asks up to four times, each time less: by RFC 3230, which all doors of
 * the grid know, by RFC 9530, without a checksum, by PROPFIND.
 *
 * Throws as the door client does; `StorageUnavailable` with the door's own time where it has yet to compute the checksum (202).
 */
export async function lookAt(ask: DoorClient, url: URL, credential: CredentialRef): Promise<StoredFile | null> {
  const head = async (headers: Record<string, string>): Promise<DoorAnswer> => {
    const answer = await ask({ method: 'HEAD', url, credential, headers, answers: REFUSALS });
    if (answer.status !== 202) return answer;
    throw notNow(`${describe({ method: 'HEAD', url })}: HTTP 202, the checksum is yet to be computed`, answer);
  };
  let answer = await head(WANT_DIGEST);
  const tellsSums = !REFUSALS.includes(answer.status);
  if (!tellsSums) answer = await head({});
  if (isAbsent(answer)) return null;
  if (REFUSALS.includes(answer.status)) return lookByPropfind(ask, url, credential);

  let adler32 = adler32Of(answer.headers);
  if (adler32 === null && tellsSums) adler32 = adler32Of((await head(WANT_REPR_DIGEST)).headers);
  const size = byteCount(answer.headers['content-length']);
  // Doors that answer in chunks tell no length.
  if (size === null) {
    const found = await lookByPropfind(ask, url, credential);
    return found && { ...found, adler32: adler32 ?? found.adler32 };
  }
  return { size, adler32, ...versionOf(answer) };
}

export const isAbsent = ({ status }: DoorAnswer): boolean => status === 404 || status === 410;

/**
 * The entity tag, for a conditional DELETE. Weak ones never match there, and a data server's tag says nothing to the door that the DELETE
 * begins at.
 */
function versionOf({ headers, redirected }: DoorAnswer): { version?: string } {
  const tag = headers['etag'];
  return !redirected && typeof tag === 'string' && /^"[^"]+"$/.test(tag) ? { version: tag } : {};
}

/** Null where the file is gone meanwhile. */
async function lookByPropfind(ask: DoorClient, url: URL, credential: CredentialRef): Promise<StoredFile | null> {
  const headers = { depth: '0', 'content-type': 'application/xml; charset=utf-8' };
  const answer = await ask({ method: 'PROPFIND', url, credential, headers, body: PROPFIND_BODY });
  if (isAbsent(answer)) return null;
  const size = byteCount(property(answer.text, 'getcontentlength'));
  if (size === null) throw refused(`${describe({ method: 'PROPFIND', url })}: tells no length, so it is no file`);
  // dCache: a list as in `Digest`; StoRM: the sum alone.
  const sums = property(answer.text, 'Checksums');
  return { size, adler32: adler32Of({ digest: sums }) ?? hexOf(property(answer.text, 'Checksum') ?? '') };
}

/** Text of a WebDAV property, whatever prefix the door gives its namespace. */
const property = (xml: string, name: string): string | undefined =>
  new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)<`, 'i').exec(xml)?.[1]?.trim();

function byteCount(text: string | string[] | undefined): number | null {
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : null;
}
