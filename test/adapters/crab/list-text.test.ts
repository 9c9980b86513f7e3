import { expect, test } from 'vitest';
import { reasonText } from '../../../src/adapters/crab/list-text.ts';

test.each([
  ['TRANSFER [5] one, two,three', 'TRANSFER [5] one; two;three'],
  ['a\nb\r\n\tc', 'a b c'],
  [`"it's"`, `it's`],
  ['[x] y]', 'x] y'],
  ['né', 'n?'],
  [`["'"]`, 'no reason given'],
  ['', 'no reason given'],
  ['for /DC=ch/DC=cern/CN=alice', 'for <DN>'],
])('%j is told as %j', (reason, said) => {
  expect(reasonText(reason)).toBe(said);
});

test('a long one is cut to what the column takes', () => {
  expect(reasonText('x'.repeat(5000))).toBe(`${'x'.repeat(997)}...`);
});
