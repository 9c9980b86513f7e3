const MODULUS = 65_521;
/** The most bytes that can be summed before the running sums may exceed 32 bits (zlib's NMAX). */
const BLOCK = 5_552;

/**
 * Adler-32 (RFC 1950) of bytes, as an unsigned 32-bit number. For a stream, pass the result of the chunk before as
 * `seed`; the first chunk takes none.
 */
export function adler32(bytes: Uint8Array, seed = 1): number {
  let low = seed & 0xffff;
  let high = seed >>> 16;
  const { length } = bytes;
  for (let start = 0; start < length; start += BLOCK) {
    const end = Math.min(start + BLOCK, length);
    for (let at = start; at < end; at += 1) {
      low += bytes[at] as number;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return ((high << 16) | low) >>> 0;
}

/** The form in which CMS writes Adler-32: 8 lower-case hex digits. */
export function adler32Hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
