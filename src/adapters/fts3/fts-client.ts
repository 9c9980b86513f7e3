import type { CredentialRef } from '../../domain/file.ts';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { describe, exchange, HttpFailure, isHtml, readJson, type HttpRequest } from '../http.ts';
import { shortText } from '../short-text.ts';

/** A request to one FTS server as one credential. */
export interface FtsRequest {
  server: string;
  credential: CredentialRef;
  method: 'GET' | 'POST' | 'DELETE';
  /** From the server's base on, with the query, e.g. `jobs/<id>?files=file_id`. No leading slash. */
  path: string;
  body?: object;
  timeoutMs: number;
}

export interface FtsAnswer {
  status: number;
  json: unknown;
}

export type FtsClient = (request: FtsRequest) => Promise<FtsAnswer>;

/**
 * FTS3's REST interface, one exchange a call. Answers with any status below 500 whose body is JSON.
 *
 * Throws `FtsUnavailable` (no answer, 429, 5xx, unreadable) and `CredentialUnavailable` (401, 419, and the HTML of FTS's
 * authentication layer), all retryable.
 */
export function createFtsClient(dispatchers: Dispatchers): FtsClient {
  return async ({ server, credential, method, path, body, timeoutMs }) => {
    const url = new URL(path, `${server.replace(/\/+$/, '')}/`);
    const call: HttpRequest = {
      method,
      url,
      connection: await dispatchers.for(server, credential),
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      timeoutMs,
      failure: FAILURE_TYPES.ftsUnavailable,
    };
    const answer = await exchange(call);
    const { status, text } = answer;
    // FTS answers in HTML only from its authentication layer (400, 401, 403); 419 is a missing or short delegation.
    const refusedAtTheDoor = isHtml(text) && [400, 401, 403].includes(status);
    if (status === 401 || status === 419 || refusedAtTheDoor) {
      throw credentialFailure(`${describe(call)}: HTTP ${status}: ${refusedAtTheDoor ? 'not authenticated' : text}`);
    }
    return { status, json: readJson(call, answer) };
  };
}

/** The credential is missing, expired or not accepted: files wait until it is renewed. */
export const credentialFailure = (message: string): PortError =>
  new PortError(FAILURE_TYPES.credential, shortText(message), { retryable: true });

/** FTS said something that cannot be used: treated as an outage. */
export const unavailable = (message: string, status: number | null = null, cause?: unknown): HttpFailure =>
  new HttpFailure(FAILURE_TYPES.ftsUnavailable, message, status, undefined, cause);

/** The text of an error body of either shape, `{status, message}` or `{job_id, http_status, http_message}`. */
export function messageOf(json: unknown): string {
  if (typeof json === 'object' && json !== null) {
    const { message, http_message } = json as { message?: unknown; http_message?: unknown };
    const said = message ?? http_message;
    if (typeof said === 'string') return shortText(said, 300);
  }
  return shortText(JSON.stringify(json) ?? '', 300);
}
