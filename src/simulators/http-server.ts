import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import type { ClientChain } from './pki/client-chain.ts';
import { chainOfClient, tlsServerOptions, type SimulatorTls } from './pki/server-tls.ts';
import { RequestFaults, type RequestFault } from './request-faults.ts';

/** A request as a simulator's handler sees it. */
export interface SimulatedRequest {
  method: string;
  /** Path with leading slashes collapsed (FTS's Python client sends `//whoami`), still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Who the client showed to be; null over plain HTTP. */
  client: ClientChain | null;
  /** The body, read whole. */
  body(): Promise<Buffer>;
  /** The body as it arrives, for large ones. */
  stream: IncomingMessage;
}

/** What a handler answers. An object is sent as JSON. */
export interface SimulatedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer | object | Readable;
  /** Sent behind the body, which then goes in chunks. */
  trailers?: Record<string, string>;
}

export type SimulatedHandler = (request: SimulatedRequest) => Promise<SimulatedAnswer> | SimulatedAnswer;

export interface SimulatorOptions {
  /** 0 or absent: any free port. */
  port?: number;
  host?: string;
  /** Without it, plain HTTP. */
  tls?: SimulatorTls;
  /** Scripted faults of requests. */
  requestFaults?: RequestFault[];
}

/** Counts of requests a simulator served, by `METHOD /first-path-segment`. */
export type RequestCounts = Record<string, number>;

/** A loopback server around a handler, with scripted faults and a count of what it was asked. */
export class SimulatorServer {
  readonly faults: RequestFaults;
  readonly counts: RequestCounts = {};
  readonly #server: Server;
  readonly #tls: SimulatorTls | undefined;
  /** Counts restarts: what was under way before one is lost. */
  #life = 0;

  private constructor(handler: SimulatedHandler, { requestFaults = [], tls }: SimulatorOptions) {
    this.faults = new RequestFaults(requestFaults);
    this.#tls = tls;
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(handler, request, response).catch(() => response.destroy());
    };
    this.#server = tls ? createTlsServer(tlsServerOptions(tls), listener) : createServer(listener);
    this.#server.keepAliveTimeout = 30_000;
  }

  static async start(handler: SimulatedHandler, options: SimulatorOptions = {}): Promise<SimulatorServer> {
    const simulator = new SimulatorServer(handler, options);
    await simulator.#listen(options.port ?? 0, options.host ?? '127.0.0.1');
    return simulator;
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${this.#tls ? 'https' : 'http'}://${address}:${port}`;
  }

  /** Stops at once, open connections included. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /**
   * Stops, stays away for so many milliseconds, and comes back on the same port. Requests that waited for a fault's `delayMs` are lost;
   * what others asked for is done, though nobody hears of it.
   */
  async restart(downMs = 0): Promise<void> {
    const { address, port } = this.#server.address() as AddressInfo;
    this.#life += 1;
    await this.close();
    await sleep(downMs);
    await this.#listen(port, address);
  }

  async #listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
  }

  async #serve(handler: SimulatedHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const life = this.#life;
    const url = new URL(`http://simulator/${(request.url ?? '/').replace(/^\/+/, '')}`);
    const method = request.method ?? 'GET';
    const kind = `${method} /${url.pathname.split('/')[1] ?? ''}`;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;

    const early = this.faults.asksForBody(method, url.pathname) ? await buffer(request) : null;
    const fault = this.faults.next(method, url.pathname, early ? textOf(request.headers, early) : undefined);
    if (fault?.delayMs) await sleep(fault.delayMs);
    await fault?.until;
    if (fault?.action === 'drop-before' || life !== this.#life) return void response.destroy();
    if (fault?.action === 'answer') return this.#send(response, method, fault.answer);

    const answer = await handler({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      client: this.#tls ? chainOfClient(request.socket, this.#tls) : null,
      body: () => (early ? Promise.resolve(early) : buffer(request)),
      stream: request,
    });
    if (fault?.stallMs) await sleep(fault.stallMs);
    if (fault?.action === 'drop-after') return void response.destroy();
    if (fault?.action === 'cut-after') return cutShort(response, answer);
    await this.#send(response, method, fault?.action === 'answer-after' ? fault.answer : answer);
  }

  async #send(response: ServerResponse, method: string, answer: SimulatedAnswer): Promise<void> {
    const { body } = answer;
    const isStream = typeof body === 'object' && 'pipe' in body;
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body) && !isStream;
    const content = isJson ? JSON.stringify(body) : body;
    const headers = {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...trailerNames(answer),
      ...answer.headers,
    };
    response.writeHead(answer.status, headers);
    if (answer.trailers) response.addTrailers(answer.trailers);
    if (isStream) return pipeline(body, response);
    response.end(method === 'HEAD' ? undefined : content);
  }
}

/** A body as a fault's pattern sees it: unpacked. */
const textOf = (headers: IncomingHttpHeaders, body: Buffer): string =>
  (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms).unref());

/** Sends half of a JSON answer, then resets the connection. */
function cutShort(response: ServerResponse, { status, body }: SimulatedAnswer): void {
  const content = JSON.stringify(body ?? {});
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': content.length });
  const { socket } = response;
  // Node resets plain connections only; over TLS the end without a last word is as good.
  const end = (): unknown => (socket instanceof TLSSocket ? socket.destroy() : socket?.resetAndDestroy());
  response.write(content.slice(0, content.length / 2), end);
}

/** Announces trailers, which are sent in chunks only. */
const trailerNames = ({ trailers }: SimulatedAnswer): Record<string, string> =>
  trailers ? { trailer: Object.keys(trailers).join(', '), 'transfer-encoding': 'chunked' } : {};
