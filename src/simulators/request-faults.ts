import type { SimulatedAnswer } from './http-server.ts';

/** A scripted fault of requests: which ones, how many of them, and what happens instead. */
export interface RequestFault {
  /** HTTP method; any where absent. */
  method?: string;
  /** Regular expression on the path. */
  path: string;
  /** Let so many matching requests pass first. */
  skip?: number;
  /** Act on so many requests, then never again; without it, always. */
  times?: number;
  /** Wait before anything else, milliseconds. May stand alone: a slow server. */
  delayMs?: number;
  /**
   * `drop-before`: close the connection before acting; `drop-after`: act, then close it (a lost answer);
   * `answer`: answer without acting; `answer-after`: act, then answer something else (e.g. a 502 from a front end).
   */
  action?: 'drop-before' | 'drop-after' | 'answer' | 'answer-after';
  /** For `answer` and `answer-after`; without it an HTML page with status 503, as a front end sends. */
  status?: number;
  body?: string;
}

/** The fault to apply to one request. */
export interface AppliedFault {
  action: RequestFault['action'];
  delayMs: number;
  answer: SimulatedAnswer;
}

const FRONT_END_PAGE =
  '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>\n';

/** Decides, request by request, which scripted fault applies. Faults may be added and outages begun while it runs. */
export class RequestFaults {
  #faults: { fault: RequestFault; pattern: RegExp; seen: number; used: number }[] = [];
  #outageUntil = 0;

  constructor(faults: RequestFault[] = []) {
    for (const fault of faults) this.add(fault);
  }

  add(fault: RequestFault): void {
    this.#faults.push({ fault, pattern: new RegExp(fault.path), seen: 0, used: 0 });
  }

  /** For so many milliseconds every connection is dropped. */
  outage(ms: number): void {
    this.#outageUntil = Date.now() + ms;
  }

  /** How often each fault was applied, in the order they were added. */
  get applied(): number[] {
    return this.#faults.map(({ used }) => used);
  }

  next(method: string, path: string): AppliedFault | null {
    if (Date.now() < this.#outageUntil) return { action: 'drop-before', delayMs: 0, answer: { status: 503 } };
    for (const entry of this.#faults) {
      const { fault } = entry;
      if ((fault.method ?? method) !== method || !entry.pattern.test(path)) continue;
      entry.seen += 1;
      if (entry.seen <= (fault.skip ?? 0) || entry.used >= (fault.times ?? Infinity)) continue;
      entry.used += 1;
      const body = fault.body ?? FRONT_END_PAGE;
      return {
        action: fault.action,
        delayMs: fault.delayMs ?? 0,
        answer: {
          status: fault.status ?? 503,
          headers: { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' },
          body,
        },
      };
    }
    return null;
  }
}
