import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError, readSecretFile } from '../config/index.ts';

/** Shorter ones can be guessed. */
const TOKEN_MIN = 24;

/**
 * Reads the token that opens one of our pages, of a file that only its owner may use.
 * @param setting the setting that names the file
 * @param isShared others use the file too, as whoever scrapes a page
 * @throws ConfigError, which never quotes the token
 */
export function readAccessToken(path: string, setting: string, isShared = false): string {
  const token = readSecretFile(path, setting, isShared).trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= TOKEN_MIN) return token;
  const rule = `${path} must hold ${TOKEN_MIN} characters or more, without blanks (openssl rand -hex 32)`;
  throw new ConfigError([{ where: setting, rule }]);
}

/** The token of an `Authorization: Bearer` header; undefined where there is none. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];

/** Takes as long for every text: how much of it is right cannot be told by the time. */
export function isSecret(text: string, secret: string): boolean {
  const digest = (of: string): Buffer => createHash('sha256').update(of).digest();
  return timingSafeEqual(digest(text), digest(secret));
}
