import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigError, readSecretFile } from '../config/index.ts';

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
  const keys = new Map<string, KeyObject>();
  for (const [at, line] of readSecretFile(path, 'payloadKeys').split('\n').entries()) {
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

function fail(rule: string): never {
  throw new ConfigError([{ where: 'payloadKeys', rule }]);
}
