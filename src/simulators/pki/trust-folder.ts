import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestAuthority } from './authority.ts';
import { certificatesPem, type Name } from './certificates.ts';

/** OIDs as DER. */
const OIDS: Record<Name[number][0], string> = {
  DC: '060a0992268993f22c640119',
  O: '060355040a',
  CN: '0603550403',
};

/** Writes an authority's certificate as IGTF distributes them: `<name>.pem`, and OpenSSL's `<hash>.0` that points to it. */
export async function addToTrustFolder(dir: string, authority: TestAuthority): Promise<void> {
  const file = `${(authority.name.at(-1)?.[1] ?? 'CA').replace(/\W+/g, '-')}.pem`;
  const link = join(dir, `${subjectHash(authority.name)}.0`);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, file), certificatesPem([authority.certificate]));
  await symlink(file, link).catch((error: NodeJS.ErrnoException) => {
    // Written before, by this process or another.
    if (error.code !== 'EEXIST') throw error;
  });
}

/**
 * The hash by which OpenSSL finds an authority in a folder (`openssl x509 -subject_hash`): the first four bytes, read
 * backwards, of the SHA-1 of the name in lower case, without the outermost SEQUENCE.
 */
export function subjectHash(name: Name): string {
  const parts = name.map(([type, value]) => {
    const text = Buffer.from(value.trim().replace(/\s+/g, ' ').toLowerCase());
    return der(0x31, der(0x30, Buffer.concat([Buffer.from(OIDS[type], 'hex'), der(0x0c, text)])));
  });
  return createHash('sha1').update(Buffer.concat(parts)).digest().readUInt32LE(0).toString(16).padStart(8, '0');
}

/** A tag, a length and its content; names of certificates are far below the 127 bytes of a short length. */
const der = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content]);
