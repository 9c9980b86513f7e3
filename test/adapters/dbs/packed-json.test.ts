import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packedJson } from '../../../src/adapters/dbs/packed-json.ts';

test.each<[string, object]>([
  ['nothing', {}],
  ['what is no list', { name: 'é"\\', count: 1, none: null, inner: { list: [1, 2] } }],
  ['lists, empty ones too', { empty: [], one: [{ a: 1 }], more: ['x', null, [2]], last: true }],
])('packs %s as JSON', async (_what, body) => {
  expect(JSON.parse(gunzipSync(await packedJson(body)).toString())).toEqual(body);
});
