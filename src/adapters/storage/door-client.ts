import type { CredentialRef } from '../../domain/file.ts';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { describe, exchange, HttpFailure, readable, type HttpAnswer, type HttpRequest } from '../http.ts';
import { retryAfterMs } from '../retry-after.ts';
import { shortText } from '../short-text.ts';
import { refused } from './door-url.ts';

export interface DoorRequest {
  method: 'HEAD' | 'DELETE' | 'PROPFIND';
  url: URL;
  credential: CredentialRef;
  headers?: Record<string, string>;
  body?: string;
  /** Refusals that the caller wants as answers. */
  answers?: readonly number[];
}

/** What a door, or the data server it sent us to, answers. */
export interface DoorAnswer extends HttpAnswer {
  redirected: boolean;
}

/** An answer that is neither a redirect nor a refusal; 404 and 410 are answers. */
export type DoorClient = (request: DoorRequest) => Promise<DoorAnswer>;

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_BYTES = 1024 * 1024;
/** Not now: the request took too long to arrive, somebody holds a lock (as a copy under way does), too early. */
const LATER = new Set([408, 423, 425]);

/**
 * One question to a WebDAV door, redirects to data servers followed: the same method and headers again, whatever the redirect's status
 * (XRootD sends 307 for all but GET), and its query too, which may hold a ticket for the data server.
 *
 * Throws `StorageUnavailable` (no answer, 408, 423, 425, 429, 5xx) and `CredentialUnavailable` (401), retryable; `StorageRefused`
 * (other 4xx, too many redirects), not retryable.
 */
export function createDoorClient(dispatchers: Dispatchers, timeoutMs: number): DoorClient {
  return async ({ method, url, credential, headers, body, answers = [] }) => {
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
      const answer = await answerOf(call, answers);
      const { location } = answer.headers;
      const isRedirect = REDIRECTS.has(answer.status) && typeof location === 'string';
      const next = isRedirect ? URL.parse(location, target.href) : null;
      if (!next) return { ...accepted(call, answer, answers), redirected: redirects > 0 };
      if (!/^https?:$/.test(next.protocol)) throw refused(`${describe(call)}: redirected to ${next.protocol}`);
      // A DELETE of a folder would take everything in it along.
      if (next.pathname.endsWith('/')) throw refused(`${describe(call)}: redirected to a folder`);
      // From here on anybody on the way could read a token.
      if (target.protocol === 'https:' && next.protocol === 'http:') isTrusted = false;
      target = next;
    }
    throw refused(`${describe({ method, url })}: more than ${MAX_REDIRECTS} redirects`);
  };
}

/** The answer; also one that an outage is told from by its status alone (501), where the caller wants it. */
async function answerOf(call: HttpRequest, answers: readonly number[]): Promise<HttpAnswer> {
  try {
    return await exchange(call);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status === null || !answers.includes(error.status)) throw error;
    return { status: error.status, headers: {}, text: error.message };
  }
}

function accepted(call: HttpRequest, answer: HttpAnswer, answers: readonly number[]): HttpAnswer {
  const { status, text } = answer;
  if (status < 300 || status === 404 || status === 410 || answers.includes(status)) return answer;
  const message = shortText(`${describe(call)}: HTTP ${status} ${readable(text)}`);
  if (status === 401) throw new PortError(FAILURE_TYPES.credential, message);
  if (LATER.has(status)) throw notNow(message, answer);
  throw refused(message);
}

/** The door will do, or know, only later; it may say when. */
export const notNow = (message: string, { status, headers }: HttpAnswer): HttpFailure =>
  new HttpFailure(FAILURE_TYPES.storageUnavailable, message, status, {
    retryAfterMs: retryAfterMs(headers, Date.now()),
  });
