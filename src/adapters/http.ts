import { errors, request, type Dispatcher } from 'undici';
import { FAILURE_TYPES, type FailureType } from '../contract/failure-types.ts';
import { PortError } from '../ports/errors.ts';
import { NOT_SENT, wasHeldUp } from './attempt.ts';
import { outcomeOf, type RequestObserver } from './request-report.ts';
import { retryAfterMs } from './retry-after.ts';
import { shortText } from './short-text.ts';

/** How to reach a server as somebody: the dispatcher holds the TLS identity, the headers a token. */
export interface Connection {
  dispatcher: Dispatcher;
  headers: Record<string, string>;
  /** Is told of each exchange when it is over. */
  observe?: RequestObserver;
}

export interface HttpRequest {
  method: Dispatcher.HttpMethod;
  url: URL;
  connection: Connection;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Milliseconds for the whole exchange, queueing and body included. */
  timeoutMs: number;
  /** Bytes of body to read at most. */
  maxBytes?: number;
  /** What an outage of this server is called. */
  failure: FailureType;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** What came behind the body, names in lower case. */
  trailers?: Record<string, string>;
}

/** What else is known of an exchange that failed. */
export interface HttpFailureDetails {
  /** The server said when to come back, milliseconds. */
  retryAfterMs?: number | undefined;
  /** The body was an HTML page, so not the service itself spoke but what stands before it. */
  fromFrontEnd?: boolean;
  cause?: unknown;
}

/** An exchange that waiting may heal; tells the status, which a PortError does not. */
export class HttpFailure extends PortError {
  /** Status of the answer; null where none arrived or its body could not be read. */
  readonly status: number | null;
  readonly fromFrontEnd: boolean;

  constructor(type: FailureType, message: string, status: number | null, details: HttpFailureDetails = {}) {
    const { retryAfterMs, fromFrontEnd = false, cause } = details;
    super(type, shortText(message), {
      retryable: true,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      cause,
    });
    this.status = status;
    this.fromFrontEnd = fromFrontEnd;
  }
}

/** Requests that change nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PROPFIND']);

/** For the logs of those who are asked. */
const WHO_ASKS = { 'user-agent': 'asyncstageout' };

/** 64 MiB: a bulk look at 100 FTS jobs of 100 files is some 6 MB. */
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * One HTTP exchange: sends, reads the whole body. Never repeats anything: Temporal is the only retry layer.
 * Redirects are not followed. What would change something is not sent by an attempt that was held up (src/adapters/attempt.ts).
 * @returns the answer with any status below 500 other than 429.
 * @throws HttpFailure of the caller's type, retryable: not sent, no answer, time-out, 429, 5xx, a body that is cut or too large; of
 *   type `CredentialUnavailable` where the server refuses our certificate in the TLS handshake.
 */
export async function exchange(call: HttpRequest): Promise<HttpAnswer> {
  if (!READING.has(call.method) && wasHeldUp())
    throw new HttpFailure(call.failure, `${describe(call)}: ${NOT_SENT}`, null);
  const answer = await observed(call);
  if (answer.status !== 429 && answer.status < 500) return answer;
  const said = errorText(answer) && `: ${readable(errorText(answer))}`;
  throw new HttpFailure(call.failure, `${describe(call)}: HTTP ${answer.status}${said}`, answer.status, {
    retryAfterMs: retryAfterMs(answer.headers, Date.now()),
    fromFrontEnd: isHtml(answer.text),
  });
}

/**
 * The body as JSON.
 * @throws HttpFailure of the caller's type, retryable: HTML from a front end, a cut or empty body.
 */
export function readJson(call: Pick<HttpRequest, 'method' | 'url' | 'failure'>, answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    const said = answer.text ? readable(answer.text) : 'an empty body';
    throw new HttpFailure(call.failure, `${describe(call)}: HTTP ${answer.status}, not JSON: ${said}`, answer.status);
  }
}

/** What an error answer says: its body; CRAB's REST says it in a header instead. */
export const errorText = ({ text, headers }: HttpAnswer): string => text || String(headers['x-error-info'] ?? '');

/** A body from a front end instead of the service. */
export const isHtml = (text: string): boolean => /^\s*<(?:!doctype\s+html|html|head|title|body)\b/i.test(text);

/** What a request was, for messages: method, origin and path without query (which may hold tickets). */
export function describe({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  const path = url.pathname.length > 160 ? `${url.pathname.slice(0, 159)}…` : url.pathname;
  return `${method} ${url.origin}${path}`;
}

/** The telling part of an error body: an HTML page's title, else the text. */
export function readable(text: string): string {
  // The rest of megabytes tells nothing, and a search for tags that never close takes the square of its length.
  const head = text.slice(0, 4096);
  const title = isHtml(head) ? /<(title|h1)[^>]*>([^<]+)</i.exec(head)?.[2] : undefined;
  return shortText(title ?? head.replace(/<[^>]*>/g, ' '), 300);
}

async function observed(call: HttpRequest): Promise<HttpAnswer> {
  const { connection, method, url, failure } = call;
  const start = performance.now();
  const tell = (end: HttpAnswer | { error: unknown }): void =>
    connection.observe?.({
      method,
      url,
      failure,
      outcome: outcomeOf(end),
      seconds: (performance.now() - start) / 1000,
    });
  try {
    const answer = await send(call);
    tell(answer);
    return answer;
  } catch (error) {
    tell({ error });
    throw error;
  }
}

async function send(call: HttpRequest): Promise<HttpAnswer> {
  const { connection, url, method, failure } = call;
  try {
    const response = await request(url, {
      dispatcher: connection.dispatcher,
      method,
      headers: { ...WHO_ASKS, ...call.headers, ...connection.headers },
      body: call.body ?? null,
      signal: AbortSignal.timeout(call.timeoutMs),
      // Else undici closes the connection behind every HEAD, and each look at a door costs a TLS handshake.
      reset: false,
    });
    const text = await readBody(call, response.body);
    return { status: response.statusCode, headers: response.headers, text, trailers: response.trailers };
  } catch (error) {
    // A wrong argument is a defect of ours, not an outage.
    if (error instanceof PortError || error instanceof errors.InvalidArgumentError) throw error;
    const type = isCertificateRefused(error) ? FAILURE_TYPES.credential : failure;
    throw new HttpFailure(type, `${describe(call)}: ${reasonOf(error, call.timeoutMs)}`, null, { cause: error });
  }
}

async function readBody(call: HttpRequest, body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const maxBytes = call.maxBytes ?? DEFAULT_MAX_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      body.destroy();
      throw new HttpFailure(call.failure, `${describe(call)}: the answer is larger than ${maxBytes} bytes`, null);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** TLS alerts by which a server says that it does not take our certificate, as OpenSSL names them. */
const CERTIFICATE_ALERT =
  /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)/;

function isCertificateRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CERTIFICATE_ALERT.test(String(error.code));
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  // Connection attempts to several addresses fail as an AggregateError without message.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message.includes(code) || !error.message ? error.message || code : `${code} ${error.message}`;
}
