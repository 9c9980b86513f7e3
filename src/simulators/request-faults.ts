import type { SimulatedAnswer } from './http-server.ts';

/** What a fault does instead of answering. */
export const REQUEST_FAULT_ACTIONS = ['drop-before', 'drop-after', 'cut-after', 'answer', 'answer-after'] as const;
export type RequestFaultAction = (typeof REQUEST_FAULT_ACTIONS)[number];

/** A scripted fault of requests: which ones, how many of them, and what happens instead. */
export interface RequestFault {
  /** HTTP method; any where absent. */
  method?: string;
  /** Regular expression on the path. */
  path: string;
  /** Regular expression on the request's body, unpacked; any where absent. */
  containing?: string;
  /** Let so many matching requests pass first. */
  skip?: number;
  /** Act on so many requests, then never again; without it, always. */
  times?: number;
  /** Wait before anything else, milliseconds. May stand alone: a slow server. */
  delayMs?: number;
  /** Wait until it is settled, before anything else. */
  until?: Promise<unknown>;
  /** Act, then wait before the answer leaves, milliseconds. May stand alone: a server that forgets to answer. */
  stallMs?: number;
  /**
   * `drop-before`: close the connection before acting; `drop-after`: act, then close it (a lost answer); `cut-after`: act, send half
   * of the answer, then reset the connection; `answer`: answer without acting; `answer-after`: act, then answer something else (e.g.
   * a 502 from a front end).
   */
  action?: RequestFaultAction;
  /** For `answer` and `answer-after`; without it an HTML page with status 503, as a front end sends. */
  status?: number;
  body?: string;
  /** Of that answer, names in lower case. The type is told from the body where it is not said here. */
  headers?: Record<string, string>;
}

/** The fault to apply to one request. */
export interface AppliedFault {
  action: RequestFault['action'];
  delayMs: number;
  until: Promise<unknown> | undefined;
  stallMs: number;
  answer: SimulatedAnswer;
}

/** A fault that was added, and what came of it so far. */
export interface AddedFault {
  /** Matching requests, those that passed included. */
  readonly seen: number;
  /** Requests it was applied to. */
  readonly used: number;
}

interface Entry {
  fault: RequestFault;
  pattern: RegExp;
  body: RegExp | null;
  seen: number;
  used: number;
}

const FRONT_END_PAGE =
  '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>\n';

/** Decides, request by request, which scripted fault applies. Faults may be added and outages begun while it runs. */
export class RequestFaults {
  readonly #faults: Entry[] = [];
  /** By the path's pattern. */
  readonly #outages = new Map<string, { path: RegExp; until: number }>();

  constructor(faults: RequestFault[] = []) {
    for (const fault of faults) this.add(fault);
  }

  /** Adds a fault; its counts go on. */
  add(fault: RequestFault): AddedFault {
    const { path, containing } = fault;
    const body = containing === undefined ? null : new RegExp(containing);
    const entry: Entry = { fault, pattern: new RegExp(path), body, seen: 0, used: 0 };
    this.#faults.push(entry);
    return entry;
  }

  /** Whether the body of such a request has to be read before anything is decided. */
  asksForBody(method: string, path: string): boolean {
    return this.#faults.some((entry) => entry.body !== null && matches(entry, method, path));
  }

  /** For so many milliseconds every connection is dropped, or every one about such a path; 0 ends an outage that was begun so. */
  outage(ms: number, path = /./): void {
    this.#outages.set(path.source, { path, until: Date.now() + ms });
  }

  /** How often each fault was applied, in the order they were added. */
  get applied(): number[] {
    return this.#faults.map(({ used }) => used);
  }

  /** @param body the request's, where {@link asksForBody} says that it counts */
  next(method: string, path: string, body = ''): AppliedFault | null {
    if ([...this.#outages.values()].some((outage) => Date.now() < outage.until && outage.path.test(path)))
      return { ...NOTHING, action: 'drop-before' };
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (!matches(entry, method, path) || entry.body?.test(body) === false) continue;
      entry.seen += 1;
      if (entry.seen <= (fault.skip ?? 0) || entry.used >= (fault.times ?? Infinity)) continue;
      entry.used += 1;
      const page = fault.body ?? FRONT_END_PAGE;
      return {
        action: fault.action,
        delayMs: fault.delayMs ?? 0,
        until: fault.until,
        stallMs: fault.stallMs ?? 0,
        answer: {
          status: fault.status ?? 503,
          headers: { 'content-type': page.startsWith('<') ? 'text/html' : 'application/json', ...fault.headers },
          body: page,
        },
      };
    }
    return null;
  }
}

const NOTHING: AppliedFault = { action: undefined, delayMs: 0, until: undefined, stallMs: 0, answer: { status: 503 } };

const matches = ({ fault, pattern }: Entry, method: string, path: string): boolean =>
  (fault.method ?? method) === method && pattern.test(path);
