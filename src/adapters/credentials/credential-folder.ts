import { readdir } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CredentialRef } from '../../domain/file.ts';
import { utcTime } from '../../domain/utc-time.ts';
import type { Credential, CredentialInfo, CredentialState, CredentialStore } from '../../ports/credentials.ts';
import { PortError } from '../../ports/errors.ts';
import { BadCredential } from './bad-credential.ts';
import { credentialFileOf, credentialFiles, ownerText, userOfFolder, type CredentialFile } from './credential-names.ts';
import { readProxy } from './proxy-file.ts';
import { RememberedFiles } from './remembered-files.ts';
import { readToken } from './token-file.ts';

/** What became of reading a file: a credential, or why there is none and since when. */
type Reading = { credential: Credential } | { problem: string; since?: number };

/** Below this it is time to renew: proxies live for days, tokens for about an hour. Milliseconds. */
const EXPIRING_BELOW: Readonly<Record<Credential['kind'], number>> = { x509: 24 * 3_600_000, token: 10 * 60_000 };

/**
 * Credentials in a folder of one folder per user (docs/credentials.md). Files are read again when they change; one that
 * is half-written cannot be used until it is whole.
 */
export function createCredentialFolder(folder: string): CredentialStore {
  const readers: Record<Credential['kind'], RememberedFiles<Reading>> = {
    x509: new RememberedFiles((text, stats) => reading(() => readProxy(text), stats)),
    token: new RememberedFiles((text, stats) => reading(() => readToken(text), stats)),
  };

  /** When a credential was first asked for in vain, epoch milliseconds, by its owner. */
  const missedSince = new Map<string, number>();

  const read = async ({ kind, path }: CredentialFile): Promise<Reading | null> => {
    try {
      return await readers[kind].get(join(folder, path));
    } catch (error) {
      if (error instanceof BadCredential) return { problem: `cannot be used: ${error.message}` };
      return { problem: `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}` };
    }
  };

  return {
    async get(ref) {
      const files = credentialFiles(ref);
      if (!files) throw unavailable(ref, 'a name in it is none');
      for (const file of files) {
        const found = await read(file);
        if (!found) continue;
        missedSince.delete(ownerText(ref));
        if ('problem' in found) throw unavailable(ref, `${file.path} ${found.problem}`, found.since);
        const { credential } = found;
        if (stateOf(credential) !== 'expired') return credential;
        throw unavailable(ref, `expired ${utcTime(credential.expiresAt ?? 0)}`, credential.expiresAt ?? undefined);
      }
      const since = missedSince.get(ownerText(ref)) ?? Date.now();
      missedSince.set(ownerText(ref), since);
      throw unavailable(ref, `there is neither ${files.map(({ path }) => path).join(' nor ')}`, since);
    },

    async list() {
      const users = (await readdir(folder)).toSorted();
      return (await Promise.all(users.map((name) => listUser(name)))).flat();
    },
  };

  async function listUser(name: string): Promise<CredentialInfo[]> {
    const user = userOfFolder(name);
    if (user === null) return [];
    const names = await readdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => error);
    if (names instanceof Error) {
      if (names.code === 'ENOTDIR' || names.code === 'ENOENT') return [];
      const ref = { user, group: '', role: '' };
      const problem = `its folder cannot be read: ${names.code ?? 'unknown error'}`;
      return [{ ref, kind: 'x509', expiresAt: null, state: 'unreadable', problem }];
    }
    const files = names.toSorted().flatMap((entry) => credentialFileOf(user, entry) ?? []);
    return (await Promise.all(files.map(async (file) => infoOf(file, await read(file))))).flat();
  }
}

function reading(parse: () => Credential, stats: BigIntStats): Reading {
  const problem = permissionProblem(stats);
  // A change of permissions is one of the inode, not of the content.
  if (problem) return { problem, since: Number(stats.ctimeMs) };
  try {
    return { credential: parse() };
  } catch (error) {
    if (!(error instanceof BadCredential)) throw error;
    const since = Number(stats.mtimeMs);
    return { problem: `cannot be used: ${error.message} (since ${utcTime(since)})`, since };
  }
}

/** As grid tools, which take no private key that others can read. */
function permissionProblem({ mode }: BigIntStats): string | null {
  const rights = Number(mode) & 0o777;
  if (process.platform === 'win32' || (rights & 0o077) === 0) return null;
  return `may be used by its owner only (chmod 600): its mode is 0${rights.toString(8)}`;
}

function infoOf({ ref, kind, path }: CredentialFile, found: Reading | null): CredentialInfo[] {
  // Gone since the folder was listed.
  if (!found) return [];
  if ('problem' in found) {
    return [{ ref, kind, expiresAt: null, state: 'unreadable', problem: `${path} ${found.problem}` }];
  }
  return [{ ref, kind, expiresAt: found.credential.expiresAt, state: stateOf(found.credential), problem: null }];
}

function stateOf({ kind, expiresAt }: Credential): CredentialState {
  if (expiresAt === null) return 'valid';
  const left = expiresAt - Date.now();
  if (left <= 0) return 'expired';
  return left < EXPIRING_BELOW[kind] ? 'expiring' : 'valid';
}

const unavailable = (ref: CredentialRef, what: string, since?: number): PortError =>
  new PortError(FAILURE_TYPES.credential, `no credential of ${ownerText(printableRef(ref))}: ${what}`, {
    retryable: true,
    ...(since === undefined ? {} : { since }),
  });

/** Names from outside may hold anything. */
function printableRef({ user, group, role }: CredentialRef): CredentialRef {
  const printable = (text: string): string => text.replace(/[^\w.-]/g, '?').slice(0, 100);
  return { user: printable(user), group: printable(group), role: printable(role) };
}
