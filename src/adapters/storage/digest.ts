/** Asks a door for the Adler-32, in the grid's way (RFC 3230) and today's (RFC 9530). */
export const WANT_ADLER32 = { 'want-digest': 'adler32', 'want-repr-digest': 'adler=10' };

type Headers = Record<string, string | string[] | undefined>;

/**
 * The Adler-32 that a door tells, as 8 lower-case hex digits; null where it tells none.
 * Tolerant: several values, any case, quotes, missing leading zeros; base64 in `Repr-Digest`.
 */
export function adler32Of(headers: Headers): string | null {
  for (const [name, value] of [...values(headers['digest']), ...values(headers['repr-digest'])]) {
    if (name !== 'adler32' && name !== 'adler') continue;
    const sum = value.startsWith(':') ? fromBase64(value) : value.replaceAll('"', '').replace(/^0x/i, '');
    if (/^[0-9a-f]{1,8}$/i.test(sum)) return sum.toLowerCase().padStart(8, '0');
  }
  return null;
}

function values(header: string | string[] | undefined): [string, string][] {
  return String(header ?? '')
    .split(',')
    .map((item) => {
      const at = item.indexOf('=');
      return [item.slice(0, at).trim().toLowerCase(), item.slice(at + 1).trim()];
    });
}

/** A structured field's byte sequence, `:…:`, as hex. */
const fromBase64 = (value: string): string => Buffer.from(value.replaceAll(':', ''), 'base64').toString('hex');
