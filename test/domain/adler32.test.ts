import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adler32, adler32Hex } from '../../src/domain/adler32.ts';

describe('adler32', () => {
  const naive = (bytes: Uint8Array): number => {
    let low = 1;
    let high = 0;
    for (const byte of bytes) {
      low = (low + byte) % 65_521;
      high = (high + low) % 65_521;
    }
    return high * 65_536 + low;
  };

  it('equals the definition, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), fc.nat(20_000), (bytes, cut) => {
        expect(adler32(bytes)).toBe(naive(bytes));
        expect(adler32(bytes.subarray(cut), adler32(bytes.subarray(0, cut)))).toBe(naive(bytes));
      }),
    );
  });

  it('does not overflow on the largest bytes', () => {
    const bytes = new Uint8Array(200_000).fill(0xff);
    expect(adler32(bytes)).toBe(naive(bytes));
  });

  it('is written as CMS writes it', () => {
    expect(adler32Hex(adler32(Buffer.from('Wiki')))).toBe('03da0195');
    expect(adler32Hex(adler32(new Uint8Array()))).toBe('00000001');
  });
});
