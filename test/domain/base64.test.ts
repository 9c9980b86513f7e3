import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../src/domain/base64.ts';

test('bytes become the base64 that everybody else makes of them, and come back', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7) % 256);
    const text = Buffer.from(bytes).toString('base64');
    expect(toBase64(bytes)).toBe(text);
    expect(fromBase64(text)).toEqual(bytes);
  }
  expect(() => fromBase64('a-_b')).toThrow(RangeError);
});
