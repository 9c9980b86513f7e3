import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { certificatesPem, keyPem, type Credential } from './certificates.ts';

/** A credential in the order of a grid proxy file: the leaf, its key, the certificates above it. */
export async function credentialPem({ keys, certificates }: Credential): Promise<string> {
  return certificatesPem(certificates.slice(0, 1)) + (await keyPem(keys)) + certificatesPem(certificates.slice(1));
}

/** Writes a credential that only its owner may read; whoever reads it meanwhile sees the old file or the new one. */
export async function writeCredential(path: string, credential: Credential): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, await credentialPem(credential), { mode: 0o600 });
  await rename(unfinished, path);
}
