import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import { STORAGE_KINDS, type Quirk, type SiteHabits, type StorageKind } from './habits.ts';
import { unlessMissing, type StoragePlace } from './site-folders.ts';
import { serveWebdav, type Door } from './webdav-methods.ts';

/** Where a request came in. */
export interface Entrance {
  /** URL of the data server that the door sends requests to; null on the data server itself. */
  dataServer: string | null;
}

/** Without it a data server refuses, as XRootD's do without the capability that the door hands out. */
const TICKET = 'ticket=simulated';

/** Answers as the site's kind of storage does. */
export async function serveWithHabits(
  door: Door,
  habits: SiteHabits,
  entrance: Entrance,
  request: SimulatedRequest,
  place: StoragePlace,
): Promise<SimulatedAnswer> {
  const kind: StorageKind = STORAGE_KINDS[habits.kind];
  const has = (quirk: Quirk): boolean => habits.quirks?.includes(quirk) ?? false;
  const isRedirected = kind.redirects.includes(request.method);
  if (isRedirected && entrance.dataServer) {
    const location = `${entrance.dataServer}${request.path}?${TICKET}`;
    return { status: request.method === 'GET' ? 302 : 307, headers: { location, 'content-length': '0' } };
  }
  if (isRedirected && !request.query.has('ticket')) return { status: 403, body: 'no ticket\n' };
  const answer =
    request.method === 'HEAD'
      ? await head(door, kind, has, request, place)
      : request.method === 'DELETE'
        ? await remove(door, kind, has, request, place)
        : await serveWebdav(door, request, place);
  if (answer.status === 404 && has('gone')) return { ...answer, status: 410 };
  if (answer.status < 400 || !kind.htmlErrors) return answer;
  const page = `<!DOCTYPE html><html><head><title>FILE</title></head><body><h1>${answer.status}</h1></body></html>\n`;
  return { ...answer, headers: { ...answer.headers, 'content-type': 'text/html' }, body: page };
}

type Has = (quirk: Quirk) => boolean;

async function head(
  door: Door,
  kind: StorageKind,
  has: Has,
  request: SimulatedRequest,
  place: StoragePlace,
): Promise<SimulatedAnswer> {
  if (has('no-head')) return { status: 501 };
  const asks = request.headers['want-digest'] !== undefined || request.headers['want-repr-digest'] !== undefined;
  const wasKnown = door.checksums.isKnown(place.diskPath);
  const answer = await serveWebdav(door, request, place);
  if (answer.status !== 200) return answer;
  if (asks && has('refuses-digest')) return { status: 405 };
  if (asks && has('checksum-later') && !wasKnown) return { status: 202, headers: { 'retry-after': '7' } };
  const { 'content-length': length, ...others } = answer.headers ?? {};
  delete others['digest'];
  delete others['repr-digest'];
  const tag = kind.etag === 'always' || !asks ? await entityTag(place.diskPath) : null;
  return {
    status: 200,
    headers: {
      ...others,
      ...(has('no-length') ? { 'transfer-encoding': 'chunked' } : { 'content-length': length ?? '0' }),
      ...(tag ? { etag: tag } : {}),
      ...(has('no-checksum') || has('refuses-digest')
        ? {}
        : digestOf(kind, has, request, await door.checksums.of(place.diskPath))),
    },
  };
}

/** The checksum header that this kind of storage answers with, if any. */
function digestOf(kind: StorageKind, has: Has, request: SimulatedRequest, sum: string): Record<string, string> {
  const want = request.headers['want-digest'] as string | undefined;
  const wantRepr = request.headers['want-repr-digest'] as string | undefined;
  const repr = { 'repr-digest': `adler=:${Buffer.from(sum, 'hex').toString('base64')}:` };
  if (has('rfc-9530')) return wantRepr?.includes('adler') ? repr : {};
  if (kind.digest === 'exact-word' ? want?.toLowerCase() !== 'adler32' : kind.digest === 'asked' && !want)
    return wantRepr && kind.reprAdler ? repr : {};
  if (wantRepr && kind.prefers === 'repr-digest') return {};
  return { digest: `adler32=${kind.stripsZeros ? sum.replace(/^0+/, '') : sum}` };
}

async function remove(
  door: Door,
  kind: StorageKind,
  has: Has,
  request: SimulatedRequest,
  place: StoragePlace,
): Promise<SimulatedAnswer> {
  const condition = request.headers['if-match'];
  if (condition && has('if-match') && condition !== (await entityTag(place.diskPath))) return { status: 412 };
  if (has('locked')) return { status: 423, body: 'Locked\n' };
  if (has('delete-207-fails')) return multiStatus('HTTP/1.1 423 Locked');
  if (has('delete-202-idle')) return { status: 202 };
  if (has('delete-fails-in-body')) return { status: 200, body: Readable.from([':-)\n', 'ERROR: unlink failed\n']) };
  if (has('delete-fails-in-trailer'))
    return { status: 200, body: 'done\n', trailers: { 'X-Transfer-Status': '500: unlink: Input/output error' } };
  if (has('delete-breaks-off')) return { status: 200, body: brokenOff() };
  const answer = await serveWebdav(door, request, place);
  if (answer.status !== 204) return answer;
  if (has('delete-207')) return multiStatus('HTTP/1.1 204 No Content');
  return has('delete-202') ? { status: 202 } : kind.deleted;
}

const multiStatus = (status: string): SimulatedAnswer => ({
  status: 207,
  headers: { 'content-type': 'application/xml; charset=utf-8' },
  body: `<?xml version="1.0"?>\n<D:multistatus xmlns:D="DAV:"><D:response><D:href>/</D:href><D:status>${status}</D:status></D:response></D:multistatus>\n`,
});

function brokenOff(): Readable {
  return Readable.from(
    (async function* () {
      yield 'begin';
      await Promise.resolve();
      throw new Error('broken off');
    })(),
  );
}

/** Another file, or other bytes, has another one; null where there is no file. */
async function entityTag(diskPath: string): Promise<string | null> {
  const stats = await unlessMissing(stat(diskPath, { bigint: true }));
  return stats && `"${stats.ino}_${stats.mtimeNs}"`;
}
