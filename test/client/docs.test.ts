import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as client from '../../src/client/index.ts';

test('docs/crab.md names calls of this client that there are, and no other', async () => {
  const page = await readFile(new URL('../../docs/crab.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/^\| `\w+\([^|]*\)` \| `(\w+)` \|/gm)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in client))).toEqual([]);
});
