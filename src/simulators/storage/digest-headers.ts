/**
 * The checksum headers a request asks for, made from the file's Adler-32 (8 hex digits); none where it asks none.
 *
 * `Want-Digest: adler32` (RFC 3230, what WebDAV doors of the grid speak) is answered in hex; `Want-Repr-Digest`
 * (RFC 9530, algorithm `adler`) as a structured field, base64 between colons.
 */
export async function digestHeaders(
  headers: NodeJS.Dict<string | string[]>,
  sum: () => Promise<string>,
): Promise<Record<string, string>> {
  const answer: Record<string, string> = {};
  if (wants(headers['want-digest'], ['adler32'])) answer['digest'] = `adler32=${await sum()}`;
  const name = wants(headers['want-repr-digest'], ['adler', 'adler32']);
  if (name) answer['repr-digest'] = `${name}=:${Buffer.from(await sum(), 'hex').toString('base64')}:`;
  return answer;
}

/** The first of the algorithms in a list header that is not refused by a preference of 0. */
function wants(header: string | string[] | undefined, algorithms: string[]): string | null {
  for (const item of String(header ?? '').split(',')) {
    const [name = '', preference = '1'] = item
      .trim()
      .toLowerCase()
      .split(/\s*(?:;\s*q\s*)?=\s*/);
    if (algorithms.includes(name) && Number(preference) > 0) return name;
  }
  return null;
}
