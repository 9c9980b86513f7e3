import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from '../../ports/credentials.ts';

/** What tells grid tools whom they act for; none of it may come from our own surroundings. */
const IDENTITY = ['X509_USER_PROXY', 'X509_USER_CERT', 'X509_USER_KEY', 'BEARER_TOKEN', 'BEARER_TOKEN_FILE'];

const PREFIX = 'aso-credential-';
/** No program runs for so long: what is older was left by a worker that was killed. Milliseconds. */
const LEFT_BEHIND_MS = 15 * 60_000;

/** Removes what workers that were killed have left: at once, and what is too young for that when it has come of age. */
export function clearCredentialFiles(): void {
  void removeLeftBehind();
  setTimeout(() => void removeLeftBehind(), LEFT_BEHIND_MS).unref();
}

/** Never fails: what cannot be removed is somebody else's. */
async function removeLeftBehind(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(PREFIX) && one.length === PREFIX.length + 6)) {
    const folder = join(tmpdir(), name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs < LEFT_BEHIND_MS) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Lays a credential into a file that only we can read, for as long as a program needs it.
 * @param use gets the environment for the program: ours, without our own settings, which may hold secrets, and with the credential
 */
export async function withCredentialFile<T>(
  credential: Credential,
  use: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    const path = join(folder, 'credential');
    await writeFile(path, contentOf(credential), { mode: 0o600 });
    const ours = Object.entries(process.env).filter(
      ([name]) => !/^(ASO|TEMPORAL)_/.test(name) && !IDENTITY.includes(name),
    );
    const variable = credential.kind === 'token' ? 'BEARER_TOKEN_FILE' : 'X509_USER_PROXY';
    return await use({ ...Object.fromEntries(ours), [variable]: path });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A proxy file is the leaf, its key, and who issued it. */
function contentOf(credential: Credential): string {
  if (credential.kind === 'token') return credential.token;
  const [leaf = '', ...issuers] = credential.chain;
  return [leaf, credential.key, ...issuers].map((part) => `${part.trim()}\n`).join('');
}
