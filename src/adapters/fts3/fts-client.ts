import type { CredentialRef } from '../../domain/file.ts';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { describe, exchange, HttpFailure, isHtml, readJson, type HttpAnswer, type HttpRequest } from '../http.ts';
import { shortText } from '../short-text.ts';
import type { ServerCare, Watched } from './server-care.ts';

/** A request to one FTS server as one credential. */
export interface FtsRequest {
  server: string;
  credential: CredentialRef;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the server's base on, with the query, e.g. `jobs/<id>?files=file_id`. No leading slash. */
  path: string;
  /** An object is sent as JSON. */
  body?: object | string;
  timeoutMs: number;
  /** It lets submissions and cancels go first. */
  patient?: boolean;
}

export interface FtsAnswer {
  status: number;
  json: unknown;
}

/** As `FtsTextClient`, for answers that are JSON. */
export type FtsClient = (request: FtsRequest) => Promise<FtsAnswer>;

/** FTS3's REST interface, one exchange a call: answers with any status below 500 other than those below. */
export type FtsTextClient = (request: FtsRequest) => Promise<HttpAnswer>;

/**
 * Throws `FtsUnavailable` (no answer, 429, 5xx; at once while the server is down or wants patience) and
 * `CredentialUnavailable` (401, 419, and the HTML of FTS's authentication layer), all retryable.
 */
export function createFtsTextClient(dispatchers: Dispatchers, care: ServerCare): FtsTextClient {
  return (request) =>
    care.inTurn(baseOf(request), request.patient ?? false, (watched) => ask(dispatchers, request, watched));
}

async function ask(dispatchers: Dispatchers, request: FtsRequest, watched: Watched): Promise<HttpAnswer> {
  const { server, credential, body } = request;
  const call: HttpRequest = {
    ...addressOf(request),
    connection: await dispatchers.for(server, credential),
    headers: { accept: 'application/json', ...(body && { 'content-type': contentType(body) }) },
    ...(body && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    timeoutMs: request.timeoutMs,
  };
  const answer = await watched(() => exchange(call));
  const { status, text } = answer;
  // FTS answers in HTML only from its authentication layer (400, 401, 403); 419 is a missing or short delegation.
  const refusedAtTheDoor = isHtml(text) && [400, 401, 403].includes(status);
  if (status === 401 || status === 419 || refusedAtTheDoor) {
    const said = refusedAtTheDoor ? 'not authenticated' : saidIn(text);
    throw credentialFailure(`${describe(call)}: HTTP ${status}: ${said}`, status);
  }
  return answer;
}

/** As `createFtsTextClient`; throws `FtsUnavailable` also for what is not JSON. */
export function createFtsClient(dispatchers: Dispatchers, care: ServerCare): FtsClient {
  const client = createFtsTextClient(dispatchers, care);
  return async (request) => {
    const answer = await client(request);
    return { status: answer.status, json: readJson(addressOf(request), answer) };
  };
}

const baseOf = ({ server }: FtsRequest): string => server.replace(/\/+$/, '');

function addressOf(request: FtsRequest): Pick<HttpRequest, 'method' | 'url' | 'failure'> {
  const url = new URL(request.path, `${baseOf(request)}/`);
  return { method: request.method, url, failure: FAILURE_TYPES.ftsUnavailable };
}

const contentType = (body: object | string): string => (typeof body === 'string' ? 'text/plain' : 'application/json');

/** The credential is missing, expired or not accepted: files wait until it is renewed. */
export const credentialFailure = (message: string, status: number | null = null): HttpFailure =>
  new HttpFailure(FAILURE_TYPES.credential, message, status);

/** FTS said something that cannot be used: treated as an outage. */
export const unavailable = (message: string, status: number | null = null, cause?: unknown): HttpFailure =>
  new HttpFailure(FAILURE_TYPES.ftsUnavailable, message, status, { cause });

/** The text of an error body of either shape, `{status, message}` or `{job_id, http_status, http_message}`. */
export function messageOf(json: unknown): string {
  if (typeof json === 'object' && json !== null) {
    const { message, http_message } = json as { message?: unknown; http_message?: unknown };
    const said = message ?? http_message;
    if (typeof said === 'string') return shortText(said, 300);
  }
  return shortText(JSON.stringify(json) ?? '', 300);
}

/** As `messageOf`, of a body that need not be JSON. */
export function saidIn(text: string): string {
  try {
    return messageOf(JSON.parse(text));
  } catch {
    return shortText(text, 300);
  }
}
