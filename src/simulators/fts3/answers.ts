import type { SimulatedAnswer } from '../http-server.ts';

const STATUS_NAMES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  419: 'Authentication Timeout',
  500: 'Internal Server Error',
};

const INTERNAL_ERROR =
  'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.';

/** A request FTS refuses: thrown by handlers, sent as `{status, message}`. */
export class FtsRefusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A caller that FTS does not let in: its authentication layer answers in HTML. */
export class DoorRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The page of FTS's authentication layer. */
export function doorAnswer({ status, message }: DoorRefusal): SimulatedAnswer {
  const name = STATUS_NAMES[status] ?? 'Forbidden';
  const body = `<!doctype html>\n<html lang=en>\n<title>${status} ${name}</title>\n<h1>${name}</h1>\n<p>${message}</p>\n`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** What FTS answers where its own code stumbles, e.g. over anonymous users. */
export const internalError = (): FtsRefusal => new FtsRefusal(500, INTERNAL_ERROR);

/** `404 Not Found` and the like, as FTS writes statuses inside bodies. */
export const statusLine = (status: number): string => `${status} ${STATUS_NAMES[status] ?? 'Unknown Error'}`;

/** A JSON answer; `value` may be a scalar or null, as FTS sends them too. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): SimulatedAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** FTS's ordinary error body. */
export const refusalAnswer = (refusal: FtsRefusal): SimulatedAnswer =>
  json({ status: statusLine(refusal.status), message: refusal.message }, refusal.status, refusal.headers);

/** The other error body, of GET, DELETE and POST on `/jobs/<ids>`. */
export interface JobRefusal {
  job_id: string;
  http_status: string;
  http_message: string;
}
