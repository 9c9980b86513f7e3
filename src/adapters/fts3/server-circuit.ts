import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, DelegateBackoff, handleAll } from 'cockatiel';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import { HttpFailure } from '../http.ts';
import { shortText } from '../short-text.ts';

export interface CircuitOptions {
  /** So many exchanges in a row tell that the server is down. */
  failures: number;
  /** It is tried again after so long, milliseconds… */
  firstPauseMs: number;
  /** …then ×2 with each try in vain, up to so long. */
  longestPauseMs: number;
}

/** A restart of FTS's front end takes seconds; an outage of hours costs it a try a minute from each worker process. */
export const CIRCUIT: CircuitOptions = { failures: 5, firstPauseMs: 2_000, longestPauseMs: 60_000 };

/** The circuit is open: nothing was sent. */
export class CircuitOpen extends PortError {}

/** Spares a server that is down what it could not answer anyway, and its callers the wait: each would last until a time-out. */
export class ServerCircuit {
  readonly #server: string;
  readonly #breaker: ReturnType<typeof circuitBreaker>;
  #openSince: number | null = null;
  #triedAgainAt = 0;
  #lastFailure = '';

  /** @param onChange is told when it opens and closes */
  constructor(
    server: string,
    { failures, firstPauseMs, longestPauseMs }: CircuitOptions = CIRCUIT,
    onChange?: (isOpen: boolean) => void,
  ) {
    this.#server = server;
    this.#breaker = circuitBreaker(handleAll, {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new DelegateBackoff(({ attempt }: { attempt: number }) => {
        const pause = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
        this.#triedAgainAt = Date.now() + pause;
        return pause;
      }),
    });
    this.#breaker.onBreak(() => {
      this.#openSince ??= Date.now();
      onChange?.(true);
    });
    this.#breaker.onReset(() => {
      this.#openSince = null;
      onChange?.(false);
    });
    onChange?.(false);
  }

  /** @throws CircuitOpen while the server is given its pause */
  check(): void {
    if (this.#openSince !== null && Date.now() < this.#triedAgainAt) throw this.#refusal(this.#openSince);
  }

  /**
   * An exchange with the server. After a pause one caller tries, and the others wait for what comes of it.
   * @throws CircuitOpen, besides what the exchange throws
   */
  async run<T>(exchange: () => Promise<T>): Promise<T> {
    try {
      const outcome = await this.#breaker.execute(() => this.#tell(exchange));
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#refusal(this.#openSince ?? Date.now()) : error;
    }
  }

  /** Throws only what tells that the server is down: any other error is a sign of life. */
  async #tell<T>(exchange: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
    try {
      return { value: await exchange() };
    } catch (error) {
      if (!isServerDown(error)) return { error };
      this.#lastFailure = error.message;
      throw error;
    }
  }

  #refusal(since: number): CircuitOpen {
    const message = `${this.#server}: circuit open since ${new Date(since).toISOString()}: ${this.#lastFailure}`;
    return new CircuitOpen(FAILURE_TYPES.ftsUnavailable, shortText(message), {
      retryable: true,
      // Just over: whoever comes back then finds it tried again, and nobody spins.
      retryAfterMs: Math.max(this.#triedAgainAt - Date.now(), 0) + 50,
      since,
    });
  }
}

/**
 * The server as such is away: no connection, no answer in time, or only its front end answers. Not 4xx and 429, which somebody had to
 * think of, and not FTS's own 500, which is about one request.
 */
function isServerDown(error: unknown): error is HttpFailure {
  if (!(error instanceof HttpFailure) || error.type !== FAILURE_TYPES.ftsUnavailable) return false;
  const { status, fromFrontEnd, cause } = error;
  // An answer that is larger than we read has no cause: it did come. So did a TLS alert, and it may be about this client's certificate.
  if (status === null) return cause !== undefined && !isTlsAlert(cause);
  return [502, 503, 504].includes(status) || (status >= 500 && fromFrontEnd);
}

const isTlsAlert = (cause: unknown): boolean =>
  cause instanceof Error && /^ERR_SSL_.*_ALERT_/.test(String((cause as NodeJS.ErrnoException).code));

/** Failures to connect: not a byte of the request has left. Name not found, refused, unreachable, no answer to the SYN. */
const NO_CONNECTION = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Whether a request surely never reached the server. */
export function isUnsent(error: unknown): error is PortError {
  if (error instanceof CircuitOpen) return true;
  if (!(error instanceof HttpFailure) || !(error.cause instanceof Error)) return false;
  const { code, syscall = 'connect' } = error.cause as NodeJS.ErrnoException;
  // A connection that was there may lose its way too, with the request on it or beyond.
  return NO_CONNECTION.includes(String(code)) && ['connect', 'getaddrinfo'].includes(syscall);
}
