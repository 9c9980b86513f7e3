import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestAuthority } from './authority.ts';
import { certificatesPem, keyPem, readKeys } from './certificates.ts';
import * as x509 from './x509.ts';

/**
 * The authority kept in a folder as `authority.pem`, made at first: for simulators that are processes of their own and
 * have to trust each other, also where they start at the same time.
 */
export async function storedAuthority(dir: string): Promise<TestAuthority> {
  const path = join(dir, 'authority.pem');
  const found = await read(path);
  if (found) return found;
  const authority = await TestAuthority.create();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}`;
  const pem = certificatesPem([authority.certificate]) + (await keyPem(authority.keys));
  await writeFile(unfinished, pem, { mode: 0o600 });
  // Whoever comes second finds the file there, and takes that.
  await link(unfinished, path).catch((error: unknown) => ignore('EEXIST', error));
  await rm(unfinished);
  return (await read(path)) ?? authority;
}

async function read(path: string): Promise<TestAuthority | null> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => ignore('ENOENT', error));
  if (pem === null) return null;
  const [certificate = '', key = ''] = pem.split(/(?=-----BEGIN PRIVATE KEY-----)/);
  return TestAuthority.of(new x509.X509Certificate(certificate), await readKeys(key));
}

/** @throws any other error */
function ignore(code: string, error: unknown): null {
  if ((error as NodeJS.ErrnoException).code !== code) throw error;
  return null;
}
