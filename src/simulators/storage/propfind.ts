import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatedAnswer } from '../http-server.ts';
import { unlessMissing, type StoragePlace } from './site-folders.ts';

/**
 * Answers PROPFIND: length, date and kind of a file or folder and, with depth 1, of what a folder holds.
 * Depth `infinity` is refused with 403, as doors of the grid do.
 */
export async function propfind(place: StoragePlace, depth: string): Promise<SimulatedAnswer> {
  if (depth !== '0' && depth !== '1') return { status: 403 };
  const stats = await unlessMissing(stat(place.diskPath));
  if (!stats) return { status: 404 };

  const base = place.lfn === '/' ? `/${place.site}` : `/${place.site}${place.lfn}`;
  const responses = [responseXml(base, stats)];
  if (depth === '1' && stats.isDirectory()) {
    for (const name of (await readdir(place.diskPath)).sort()) {
      const entry = await unlessMissing(stat(join(place.diskPath, name)));
      if (entry) responses.push(responseXml(`${base}/${name}`, entry));
    }
  }
  return {
    status: 207,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:">\n${responses.join('\n')}\n</d:multistatus>\n`,
  };
}

function responseXml(path: string, stats: Stats): string {
  const href = path.split('/').map(encodeURIComponent).join('/') + (stats.isDirectory() ? '/' : '');
  const properties = stats.isDirectory()
    ? '<d:resourcetype><d:collection/></d:resourcetype>'
    : `<d:resourcetype/><d:getcontentlength>${stats.size}</d:getcontentlength>`;
  return (
    // An apostrophe is left alone by percent-encoding and harmless in text; nothing else of XML's is.
    `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}` +
    `<d:getlastmodified>${stats.mtime.toUTCString()}</d:getlastmodified></d:prop>` +
    `<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
  );
}
