import type { CredentialRef } from '../../domain/file.ts';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { describe, exchange, HttpFailure, type HttpAnswer, type HttpRequest } from '../http.ts';
import { shortText } from '../short-text.ts';
import { refused } from './door-url.ts';

export interface DoorRequest {
  method: 'HEAD' | 'DELETE' | 'PROPFIND';
  url: URL;
  credential: CredentialRef;
  headers?: Record<string, string>;
  body?: string;
}

/** An answer that is neither a redirect nor a refusal; 404 and 410 are answers. */
export type DoorClient = (request: DoorRequest) => Promise<HttpAnswer>;

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_BYTES = 1024 * 1024;

/**
 * One question to a WebDAV door, redirects to pool nodes followed.
 *
 * Throws `StorageUnavailable` (no answer, 429, 5xx, 423) and `CredentialUnavailable` (401), retryable; `StorageRefused`
 * (other 4xx, too many redirects), not retryable.
 */
export function createDoorClient(dispatchers: Dispatchers, timeoutMs: number): DoorClient {
  return async ({ method, url, credential, headers, body }) => {
    let target = url;
    let isTrusted = true;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      // Each server is asked for by name: whoever hands out credentials decides which of them see one.
      const connection = await dispatchers.for(target.origin, credential);
      const call: HttpRequest = {
        method,
        url: target,
        connection: isTrusted ? connection : { ...connection, headers: {} },
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
        timeoutMs,
        maxBytes: MAX_BYTES,
        failure: FAILURE_TYPES.storageUnavailable,
      };
      const answer = await exchange(call);
      const next = REDIRECTS.has(answer.status) ? URL.parse(String(answer.headers['location']), target.href) : null;
      if (!next) return accepted(call, answer);
      if (!/^https?:$/.test(next.protocol)) throw refused(`${describe(call)}: redirected to ${next.protocol}`);
      // From here on anybody on the way could read a token.
      if (target.protocol === 'https:' && next.protocol === 'http:') isTrusted = false;
      target = next;
    }
    throw refused(`${describe({ method, url })}: more than ${MAX_REDIRECTS} redirects`);
  };
}

function accepted(call: HttpRequest, answer: HttpAnswer): HttpAnswer {
  const { status, text } = answer;
  if (status < 300 || status === 404 || status === 410) return answer;
  const message = shortText(`${describe(call)}: HTTP ${status} ${text.replace(/<[^>]*>/g, ' ')}`);
  if (status === 401) throw new PortError(FAILURE_TYPES.credential, message);
  // Somebody holds a lock, as a copy under way does.
  if (status === 423) throw new HttpFailure(FAILURE_TYPES.storageUnavailable, message, status);
  throw refused(message);
}
