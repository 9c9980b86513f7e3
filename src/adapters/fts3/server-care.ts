import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import { HttpFailure } from '../http.ts';
import { RequestLane, type LaneOptions } from './request-lane.ts';
import { CIRCUIT, ServerCircuit, type CircuitOptions } from './server-circuit.ts';

/** Per server and worker process. */
export interface CareOptions extends LaneOptions {
  circuit: CircuitOptions;
  /** Is told when a server turns out to be down, and when it is back. */
  onCircuit?: ((server: string, isOpen: boolean) => void) | undefined;
}

/** Apache as FTS is shipped serves some 150 requests at a time, of all its users. */
const CARE: CareOptions = { atOnce: 20, perSecond: 100, patienceMs: 60_000, circuit: CIRCUIT };

/** Puts an exchange under watch; what tells that the server is down, or wants to be left alone, is heeded by all that follow. */
export type Watched = <T>(exchange: () => Promise<T>) => Promise<T>;

interface Server {
  lane: RequestLane;
  circuit: ServerCircuit;
  /** The server asked for patience until then, epoch milliseconds. */
  restsUntil: number;
}

/** What every request to an FTS server goes through, whatever it is for: its turn, the circuit, and the pause that the server asked for. */
export class ServerCare {
  readonly #options: CareOptions;
  readonly #servers = new Map<string, Server>();

  constructor(options: Partial<CareOptions> = {}) {
    this.#options = { ...CARE, ...options };
  }

  /**
   * Does what talks to the server when it is its turn; `patient` work lets all other go first.
   * @throws CircuitOpen while the server is down; PortError `FtsUnavailable` while it wants patience, or where no turn came in time
   */
  async inTurn<T>(url: string, patient: boolean, work: (watched: Watched) => Promise<T>): Promise<T> {
    const server = this.#server(url);
    // Nobody queues for a server that would not be asked anyway.
    server.circuit.check();
    checkRest(url, server);
    return server.lane.run(patient, () =>
      work(async (exchange) => {
        checkRest(url, server);
        try {
          return await server.circuit.run(exchange);
        } catch (error) {
          if (error instanceof HttpFailure && error.retryAfterMs !== undefined)
            server.restsUntil = Math.max(server.restsUntil, Date.now() + error.retryAfterMs);
          throw error;
        }
      }),
    );
  }

  #server(url: string): Server {
    let server = this.#servers.get(url);
    if (!server) {
      server = {
        lane: new RequestLane(url, this.#options),
        circuit: new ServerCircuit(url, this.#options.circuit, (isOpen) => this.#options.onCircuit?.(url, isOpen)),
        restsUntil: 0,
      };
      this.#servers.set(url, server);
    }
    return server;
  }
}

function checkRest(url: string, { restsUntil }: Server): void {
  const left = restsUntil - Date.now();
  if (left <= 0) return;
  const message = `${url}: asked to be left alone until ${new Date(restsUntil).toISOString()}`;
  throw new PortError(FAILURE_TYPES.ftsUnavailable, message, { retryable: true, retryAfterMs: left });
}
