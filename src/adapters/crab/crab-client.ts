import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import { NO_USER, type Dispatchers } from '../credentials/dispatchers.ts';
import { describe, errorText, exchange, HttpFailure, isHtml, readJson, type HttpRequest } from '../http.ts';
import { shortText } from '../short-text.ts';

/** Asks one of CRAB's REST resources, or tells it something; answers with its JSON. */
export interface CrabClient {
  get(resource: string, query: URLSearchParams): Promise<unknown>;
  /** The arguments go form-encoded in the body. */
  post(resource: string, form: URLSearchParams): Promise<unknown>;
}

/**
 * CRAB's REST interface, one exchange a call, as the service itself: CRAB's answers do not depend on the task's owner.
 *
 * Throws `CrabUnavailable` (no answer, 429, 5xx, unreadable), `CredentialUnavailable` (401, 403), retryable, and
 * `CrabRefused` (other 4xx), not retryable.
 */
export function createCrabClient(url: string, dispatchers: Dispatchers, timeoutMs: number): CrabClient {
  const base = url.replace(/\/+$/, '');
  const ask = async (request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>): Promise<unknown> => {
    const call: HttpRequest = {
      ...request,
      connection: await dispatchers.for(base, NO_USER),
      headers: { accept: 'application/json', ...request.headers },
      timeoutMs,
      failure: FAILURE_TYPES.crabUnavailable,
    };
    const answer = await exchange(call);
    const { status } = answer;
    if (status < 300) return readJson(call, answer);
    const said = errorText(answer);
    const message = shortText(`${describe(call)}: HTTP ${status}: ${isHtml(said) ? 'an HTML page' : said}`);
    if (status === 401 || status === 403) throw new PortError(FAILURE_TYPES.credential, message);
    // A redirect is the front end's, e.g. to a login page.
    if (status < 400) throw new HttpFailure(FAILURE_TYPES.crabUnavailable, message, status);
    throw new PortError(FAILURE_TYPES.crabRefused, message, { retryable: false });
  };
  return {
    get(resource, query) {
      const target = new URL(`${base}/${resource}`);
      target.search = query.toString();
      return ask({ method: 'GET', url: target });
    },
    post(resource, form) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return ask({ method: 'POST', url: new URL(`${base}/${resource}`), headers, body: form.toString() });
    },
  };
}

/** An answer of another shape is treated as an outage: nothing may be decided by it. */
export function readable<Value>(resource: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof PortError) throw error;
    const message = `${resource}: unreadable answer: ${String(error)}`;
    throw new HttpFailure(FAILURE_TYPES.crabUnavailable, message, 200, { cause: error });
  }
}
