import { SimulatorServer, type SimulatedAnswer, type SimulatedRequest, type SimulatorOptions } from '../http-server.ts';
import { DbsBooks } from './books.ts';
import { DbsError, errorBody } from './dbs-error.ts';
import { packBody } from './encoding.ts';
import { InsertFaults } from './insert-faults.ts';
import { RateLimit } from './rate-limit.ts';
import { NOT_FOUND, ROUTES } from './routes.ts';
import { Tables } from './tables.ts';

export interface DbsSimulatorOptions extends SimulatorOptions {
  /** File of the SQLite database, which outlives the simulator; in memory where absent. */
  database?: string;
  /** Requests per second beyond which 429 is answered; no limit where absent (a real server: 100). */
  rateLimit?: number;
}

/** DBS as dbs2go serves it. Every instance path leads to the same tables. */
export interface DbsSimulator {
  /** `http://host:port`, without a slash at its end. */
  url: string;
  /** `<url>/dbs/prod/phys03/DBSReader`. */
  readerUrl: string;
  /** `<url>/dbs/prod/phys03/DBSWriter`. */
  writerUrl: string;
  server: SimulatorServer;
  /** Faults of inserts; may be set at any time. */
  insertFaults: InsertFaults;
  /** What is in DBS. */
  books: DbsBooks;
  /** Stops at once; inserts under way end without their block. */
  close(): Promise<void>;
}

/** Starts a DBS simulator on loopback. @throws when the port is taken or the database cannot be opened. */
export async function startDbsSimulator(options: DbsSimulatorOptions = {}): Promise<DbsSimulator> {
  const tables = new Tables(options.database ?? ':memory:');
  const instance = { tables, faults: new InsertFaults() };
  const books = new DbsBooks(tables);
  const rateLimit = new RateLimit(options.rateLimit ?? 0);

  const handle = async (request: SimulatedRequest): Promise<SimulatedAnswer> => {
    if (instance.faults.denied) return { status: instance.faults.denied };
    const { passes, headers } = rateLimit.take();
    if (!passes) {
      const type = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
      return { status: 429, headers: { ...headers, ...type }, body: 'Limit exceeded\n' };
    }
    const answer = await serve(request);
    return { ...answer, headers: { server: 'dbs2go (simulator)', ...headers, ...answer.headers } };
  };

  const serve = async (request: SimulatedRequest): Promise<SimulatedAnswer> => {
    const [, role = '', api = ''] = /^\/dbs\/(?:.+\/)?(DBSReader|DBSWriter)\/(\w+)$/.exec(request.path) ?? [];
    const methods = ROUTES[role]?.[api];
    if (!methods) return NOT_FOUND;
    const route = methods[request.method];
    if (!route) return { status: 405 };
    books.noteRequest(request.method, api);
    try {
      const body = await route(instance, request);
      const type = request.headers.accept === 'application/ndjson' ? 'application/ndjson' : 'application/json';
      const packed = packBody(request.headers, body, false);
      return { status: 200, headers: { 'content-type': type, ...packed.headers }, body: packed.body };
    } catch (error) {
      if (!(error instanceof DbsError)) throw error;
      return refusal(error, request);
    }
  };

  const server = await SimulatorServer.start(handle, options);
  return {
    url: server.url,
    readerUrl: `${server.url}/dbs/prod/phys03/DBSReader`,
    writerUrl: `${server.url}/dbs/prod/phys03/DBSWriter`,
    server,
    insertFaults: instance.faults,
    books,
    close: async () => {
      await server.close();
      tables.close();
    },
  };
}

function refusal(error: DbsError, request: SimulatedRequest): SimulatedAnswer {
  const { headers, stream } = request;
  const { remoteAddress = '', remotePort = 0 } = stream.socket;
  const query = request.query.size === 0 ? '' : `?${decodeURIComponent(request.query.toString())}`;
  const body = errorBody(error, {
    method: request.method,
    path: request.path + query,
    userAgent: headers['user-agent'] ?? '',
    remoteAddress: `${remoteAddress}:${remotePort}`,
  });
  const packed = packBody(headers, body, true);
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', ...packed.headers },
    body: packed.body,
  };
}
