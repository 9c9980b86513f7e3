import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '../config/index.ts';

/** The keys that payloads are encrypted with. */
export interface KeyRing {
  /** Id of the key that encrypts. */
  readonly current: string;
  /** All of them decrypt, by id. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

const KEY_BYTES = 32;

/**
 * Reads a key ring: a line `<id> <base64 of 32 bytes>` for each key; the first one encrypts, all decrypt. To change keys, a new line is
 * put first, everywhere, once every process knows it as a further line; an old one goes when nothing that it encrypted is kept any more.
 * @throws ConfigError, which never quotes a key
 */
export function readKeyRing(path: string): KeyRing {
  const rights = statOf(path);
  if (process.platform !== 'win32' && (rights & 0o077) !== 0)
    fail(`${path} may be used by its owner only (chmod 600): its mode is 0${rights.toString(8)}`);
  const keys = new Map<string, KeyObject>();
  for (const [at, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const [id, text, ...rest] = line.trim().split(/\s+/);
    if (!id || id.startsWith('#')) continue;
    const where = `${path}, line ${at + 1}`;
    if (!/^[\w.-]{1,64}$/.test(id)) fail(`${where}: an id is at most 64 letters, digits and any of _ . -`);
    if (keys.has(id)) fail(`${where}: there is a key ${id} already`);
    const key = Buffer.from(text ?? '', 'base64');
    if (rest.length > 0 || key.length !== KEY_BYTES || key.toString('base64') !== text)
      fail(`${where}: behind the id stands the base64 of ${KEY_BYTES} bytes (openssl rand -base64 ${KEY_BYTES})`);
    keys.set(id, createSecretKey(key));
  }
  const [current] = keys.keys();
  return current === undefined ? fail(`${path} has no key`) : { current, keys };
}

function statOf(path: string): number {
  try {
    return statSync(path).mode & 0o777;
  } catch (error) {
    return fail(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function fail(rule: string): never {
  throw new ConfigError([{ where: 'payloadKeys', rule }]);
}
