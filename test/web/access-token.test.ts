import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bearerOf, readAccessToken } from '../../src/web/access-token.ts';

const TOKEN = 'the-token-of-this-test-42';

it('reads a token that is one, of a file that only its owner may use, unless it is shared', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'aso-token-')), 'token');
  const read = (isShared = false) => readAccessToken(file, 'codecServer.tokenFile', isShared);
  expect(() => read()).toThrow(/codecServer\.tokenFile: .*token cannot be read: ENOENT/);
  for (const text of ['', 'short', 'two tokens of many letters']) {
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => read()).toThrow(/must hold 24 characters or more, without blanks/);
  }
  writeFileSync(file, `${TOKEN}\n`);
  expect(read()).toBe(TOKEN);
  chmodSync(file, 0o644);
  expect(() => read()).toThrow(/may be used by its owner only \(chmod 600\): its mode is 0644/);
  expect(read(true)).toBe(TOKEN);
});

it('knows a bearer token from what is none', () => {
  expect(['Bearer abc', 'bearer abc', 'Basic abc', 'Bearer a b', undefined].map(bearerOf)).toEqual([
    ...['abc', 'abc'],
    ...[undefined, undefined, undefined],
  ]);
});
