import { createHash } from 'node:crypto';
import type { TokenCredential } from '../../ports/credentials.ts';
import { BadCredential } from './bad-credential.ts';

/** What a header may hold (RFC 6750, b64token). */
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * Reads a token file: one OAuth access token. A JSON Web Token says itself when it ends; any other may end any time.
 * @throws BadCredential
 */
export function readToken(text: string): TokenCredential {
  const token = text.trim();
  if (token === '') throw new BadCredential('it is empty');
  if (!TOKEN.test(token)) throw new BadCredential('it holds something else than one bearer token');
  return {
    kind: 'token',
    token,
    expiresAt: expiryOf(token),
    fingerprint: createHash('sha256').update(token).digest('hex'),
  };
}

/** The last moment that a Date can tell, epoch milliseconds. */
const LAST_MS = 8.64e15;

/** A JSON Web Token's `exp`, epoch milliseconds; null for any other token, and where that is no time. Its signature is the servers' business. */
function expiryOf(token: string): number | null {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  try {
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')) as { exp?: unknown } | null;
    const ends = typeof claims?.exp === 'number' ? claims.exp * 1000 : NaN;
    return Math.abs(ends) <= LAST_MS ? ends : null;
  } catch {
    return null;
  }
}
