import type { Dispatcher } from 'undici';
import { FAILURE_TYPES, type FailureType } from '../contract/failure-types.ts';
import { PortError } from '../ports/errors.ts';

/** How an exchange ended: class of its status, or what kept the answer away. */
export type RequestOutcome = '2xx' | '3xx' | '4xx' | '429' | '5xx' | 'timeout' | 'network' | 'certificate';

/** An exchange that is over. */
export interface RequestReport {
  method: Dispatcher.HttpMethod;
  url: URL;
  /** What an outage of the service is called: by it the service is known. */
  failure: FailureType;
  outcome: RequestOutcome;
  seconds: number;
}

export type RequestObserver = (report: RequestReport) => void;

/** `certificate`: refused in the TLS handshake; `network`: no answer, or one that was cut or too large. */
export function outcomeOf(end: { status: number } | { error: unknown }): RequestOutcome {
  if ('status' in end) return end.status === 429 ? '429' : classOf(end.status);
  const { error } = end;
  if (error instanceof PortError && error.type === FAILURE_TYPES.credential) return 'certificate';
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && /Timeout/.test(cause.name) ? 'timeout' : 'network';
}

function classOf(status: number): RequestOutcome {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}
