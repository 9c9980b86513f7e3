import type { CredentialRef } from '../../domain/file.ts';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { describe, exchange, HttpFailure, readJson, type HttpRequest } from '../http.ts';
import { shortText } from '../short-text.ts';
import { dbsRefusal } from './dbs-error.ts';
import { packedJson } from './packed-json.ts';

export interface DbsRequest {
  /** A service's URL, e.g. `https://cmsweb.cern.ch/dbs/prod/phys03/DBSReader`. */
  service: string;
  /** E.g. `files`. */
  api: string;
  credential: CredentialRef;
  query?: Record<string, string>;
  /** Sent by POST. */
  body?: object;
  /** Compress the body, as CRAB does for the writer. */
  compress?: boolean;
  timeoutMs: number;
}

/** Rows, or a refusal that sending the same again does not change. */
export type DbsAnswer = { kind: 'rows'; rows: unknown[] } | { kind: 'refused'; code: number | null; reason: string };

export type DbsClient = (request: DbsRequest) => Promise<DbsAnswer>;

/**
 * DBS's REST interface, one exchange a call.
 *
 * Throws `CatalogUnavailable` (no answer, 429, 5xx, unreadable, or a DBS error that waiting heals) and
 * `CredentialUnavailable` (401, 403: the front end's, with an empty body), both retryable.
 */
export function createDbsClient(dispatchers: Dispatchers): DbsClient {
  return async (request) => {
    const { service, api, credential, query, body, timeoutMs } = request;
    const url = new URL(`${service}/${api}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const call: HttpRequest = {
      method: body ? 'POST' : 'GET',
      url,
      connection: await dispatchers.for(service, credential),
      headers: {
        accept: 'application/json',
        // Exactly this: with a charset DBS answers 415.
        ...(body && { 'content-type': 'application/json' }),
        ...(request.compress && { 'content-encoding': 'gzip' }),
      },
      ...(body && { body: request.compress ? await packedJson(body) : JSON.stringify(body) }),
      timeoutMs,
      failure: FAILURE_TYPES.catalogUnavailable,
    };
    const answer = await exchange(call);
    const { status, text } = answer;
    if (status === 200) return { kind: 'rows', rows: rowsOf(call, readJson(call, answer)) };
    if (status === 401 || status === 403) {
      throw new PortError(FAILURE_TYPES.credential, shortText(`${describe(call)}: HTTP ${status}: ${text}`));
    }
    const { code, reason, transient } = dbsRefusal(status, text);
    if (transient) throw catalogUnavailable(`${describe(call)}: ${reason}`, status);
    return { kind: 'refused', code, reason };
  };
}

/**
 * Rows of a question that DBS must be able to answer.
 * @throws PortError `CatalogRefused`, not retryable, where it refuses the question; else as the client.
 */
export async function rowsFrom(client: DbsClient, request: DbsRequest): Promise<unknown[]> {
  const answer = await client(request);
  if (answer.kind === 'rows') return answer.rows;
  const message = `${request.api}: DBS refuses the question (code ${answer.code ?? 'none'}): ${answer.reason}`;
  throw new PortError(FAILURE_TYPES.catalogRefused, shortText(message), { retryable: false });
}

export const catalogUnavailable = (message: string, status: number | null = null): HttpFailure =>
  new HttpFailure(FAILURE_TYPES.catalogUnavailable, message, status);

function rowsOf(call: HttpRequest, json: unknown): unknown[] {
  if (json === null) return [];
  if (Array.isArray(json)) return json as unknown[];
  throw catalogUnavailable(`${describe(call)}: the answer is no list`, 200);
}
