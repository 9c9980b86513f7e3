/**
 * Asks a door for the Adler-32 as the grid does (RFC 3230). Only so, and as the single word: dCache answers nothing of use where
 * `Want-Repr-Digest` comes along (for RFC 9530 it knows SHA alone), and EOS compares the whole value with its own algorithm's name.
 */
export const WANT_DIGEST = { 'want-digest': 'adler32' };

/** The same by RFC 9530, for doors that know only that; its registry calls the algorithm `adler`, WLCG `adler32`. */
export const WANT_REPR_DIGEST = { 'want-repr-digest': 'adler=10, adler32=10' };

type Headers = Record<string, string | string[] | undefined>;

/**
 * The Adler-32 that a door tells, as 8 lower-case hex digits; null where it tells none.
 *
 * Tolerant: several digests in one header or several headers, any case, quotes, `0x`, parameters, missing leading zeros (EOS strips them),
 * base64 in either header, EOS's `OC-Checksum: adler32:…`.
 */
export function adler32Of(headers: Headers): string | null {
  const told = [headers['digest'], headers['repr-digest'], headers['oc-checksum']];
  for (const [name, value] of told.flatMap(values)) {
    if (name !== 'adler32' && name !== 'adler') continue;
    const sum = hexOf(value);
    if (sum) return sum;
  }
  return null;
}

/** Eight hex digits of a sum in hex or base64; null where it is neither (`unknown`, nothing at all). */
export function hexOf(value: string): string | null {
  const bare = value
    .replace(/;.*$/, '')
    .replaceAll(/[\s":]/g, '')
    .replace(/^0x/i, '');
  if (/^[0-9a-f]{1,8}$/i.test(bare)) return bare.toLowerCase().padStart(8, '0');
  // Four bytes as base64 are six characters and their padding.
  return /^[A-Za-z0-9+/]{6}(==)?$/.test(bare) ? Buffer.from(bare, 'base64').toString('hex') : null;
}

function values(header: string | string[] | undefined): [string, string][] {
  return String(header ?? '')
    .split(',')
    .map((item) => {
      const at = item.search(/[=:]/);
      return [item.slice(0, at).trim().toLowerCase(), item.slice(at + 1).trim()];
    });
}
