import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';

/**
 * An object as gzipped JSON. It is written piece by piece, one item of its lists at a time: a block with 100,000 lumi sections is
 * megabytes of text, of which only the packed form, a tenth of it, is ever held.
 */
export const packedJson = (body: object): Promise<Buffer> => buffer(Readable.from(piecesOf(body)).pipe(createGzip()));

function* piecesOf(body: object): Generator<string> {
  let before = '{';
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    yield `${before}${JSON.stringify(name)}:`;
    if (Array.isArray(value)) yield* itemsOf(value);
    else yield JSON.stringify(value);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function* itemsOf(list: unknown[]): Generator<string> {
  let before = '[';
  for (const item of list) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
