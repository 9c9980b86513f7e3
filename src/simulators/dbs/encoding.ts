import { gunzipSync, gzipSync } from 'node:zlib';
import type { IncomingHttpHeaders } from 'node:http';
import { DbsError } from './dbs-error.ts';
import type { Row } from './tables.ts';

/** Rows as the server writes them: one a line, keys sorted; a list, or bare lines where `application/ndjson` is asked for. */
export function encodeRows(rows: Row[], isNdjson: boolean): string {
  const lines = rows.map((row) => {
    const sorted = Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    // The id that no JavaScript number holds is a number on the wire.
    return JSON.stringify(sorted).replace(/"file_id":"(\d+)"/, '"file_id":$1');
  });
  if (isNdjson) return lines.map((line) => `${line}\n`).join('');
  return lines.length === 0 ? '[]' : `[\n${lines.join('\n,')}\n]\n`;
}

/**
 * The body of a POST, unpacked where it says it is gzip.
 * @throws DbsError 120: with status 500 where it is no gzip, with 400 where it breaks off
 */
export function unpackBody(headers: IncomingHttpHeaders, body: Buffer): Buffer {
  if (headers['content-encoding'] !== 'gzip') return body;
  if (body.length < 10 || body.readUInt16BE(0) !== 0x1f8b) {
    throw new DbsError(120, 'unable to get gzip reader', 'web.DBSPostHandler', 'gzip: invalid header', 500);
  }
  try {
    return gunzipSync(body);
  } catch {
    const where = 'dbs.bulkblocks.InsertBulkBlocksConcurrently';
    throw new DbsError(120, 'unable to read bulkblock input', where, 'unexpected EOF');
  }
}

/** A body packed with gzip where the client takes it. Of an error the server sends two gzip members, the second empty. */
export function packBody(
  request: IncomingHttpHeaders,
  body: string,
  isError: boolean,
): { headers: Record<string, string>; body: string | Buffer } {
  if (!String(request['accept-encoding'] ?? '').includes('gzip')) return { headers: {}, body };
  const packed = gzipSync(body);
  return { headers: { 'content-encoding': 'gzip' }, body: isError ? Buffer.concat([packed, gzipSync('')]) : packed };
}
