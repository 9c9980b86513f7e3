import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '../config/index.ts';

/** Who may have payloads decoded: whoever knows the token, or has shown it once in this browser. */
export interface Access {
  isToken(text: string): boolean;
  /** What the browser is given to show in place of the token: no use for anything else, and void when the token changes. */
  readonly cookie: string;
  isCookie(text: string | undefined): boolean;
}

/** Shorter ones can be guessed. */
const TOKEN_MIN = 24;

/** Access by a token. */
export function accessByToken(token: string): Access {
  const cookie = createHmac('sha256', token).update('aso codec server').digest('base64url');
  return {
    cookie,
    isToken: (text) => isSame(text, token),
    isCookie: (text) => text !== undefined && isSame(text, cookie),
  };
}

/**
 * Reads the token of a file that only its owner may read.
 * @throws ConfigError, which never quotes it
 */
export function readToken(path: string): string {
  let token: string;
  try {
    const rights = statSync(path).mode & 0o777;
    if (process.platform !== 'win32' && (rights & 0o077) !== 0)
      return fail(`${path} may be used by its owner only (chmod 600): its mode is 0${rights.toString(8)}`);
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return fail(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (!/^[\x21-\x7e]+$/.test(token) || token.length < TOKEN_MIN)
    fail(`${path} must hold ${TOKEN_MIN} characters or more, without blanks (openssl rand -hex 32)`);
  return token;
}

/** Takes as long for every text: how much of it is right cannot be told by the time. */
function isSame(text: string, secret: string): boolean {
  const digest = (of: string): Buffer => createHash('sha256').update(of).digest();
  return timingSafeEqual(digest(text), digest(secret));
}

function fail(rule: string): never {
  throw new ConfigError([{ where: 'codecServer.tokenFile', rule }]);
}
