import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import { NO_USER, type Dispatchers } from '../credentials/dispatchers.ts';
import { describe, errorText, exchange, HttpFailure, isHtml, readJson, type HttpRequest } from '../http.ts';
import { shortText } from '../short-text.ts';

/** Asks one of CRAB's REST resources; answers with its JSON. */
export type CrabClient = (resource: string, query: URLSearchParams) => Promise<unknown>;

/**
 * CRAB's REST interface, one exchange a call, as the service itself: CRAB's answers do not depend on the task's owner.
 *
 * Throws `CrabUnavailable` (no answer, 429, 5xx, unreadable), `CredentialUnavailable` (401, 403), retryable, and
 * `CrabRefused` (other 4xx), not retryable.
 */
export function createCrabClient(url: string, dispatchers: Dispatchers, timeoutMs: number): CrabClient {
  const base = url.replace(/\/+$/, '');
  return async (resource, query) => {
    const target = new URL(`${base}/${resource}`);
    target.search = query.toString();
    const call: HttpRequest = {
      method: 'GET',
      url: target,
      connection: await dispatchers.for(base, NO_USER),
      headers: { accept: 'application/json' },
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
}
