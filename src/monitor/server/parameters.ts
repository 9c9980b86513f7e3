import { PUBLICATION_STATES, TRANSFER_STATES, type PublicationState, type TransferState } from '../../domain/states.ts';
import type { Filter } from '../store/views.ts';

/** A parameter of a request that cannot be: which, and the rule. */
export class ParameterError extends Error {
  override name = 'ParameterError';
  readonly field: string;

  constructor(field: string, rule: string) {
    super(`${field}: ${rule}`);
    this.field = field;
  }
}

const DAY = 86_400;
const RANGE_MAX_DAYS = 366;
const LIMIT_MAX = 1_000;
const FILTERS = ['source', 'destination', 'user', 'task'] as const;

/** The parameters of a request, checked as they are read. Those that no route reads are refused, since a mistyped filter would show everything. */
export class Parameters {
  readonly #given: URLSearchParams;
  readonly #read = new Set<string>();

  constructor(given: URLSearchParams) {
    this.#given = given;
    for (const name of given.keys())
      if (given.getAll(name).length > 1) throw new ParameterError(name, 'must be given once');
  }

  /** `from` and `to`, epoch seconds or ISO times; the last 24 h where absent. */
  range(now: number): { from: number; to: number } {
    const to = this.#time('to') ?? now;
    const from = this.#time('from') ?? to - DAY;
    if (from >= to) throw new ParameterError('from', 'must be before to');
    if (to > now + DAY) throw new ParameterError('to', 'must not be more than a day ahead');
    if (to - from > RANGE_MAX_DAYS * DAY)
      throw new ParameterError('from', `must be at most ${RANGE_MAX_DAYS} days before to`);
    return { from, to };
  }

  filter(...allowed: (keyof Filter)[]): Filter {
    const filter: Filter = {};
    for (const name of FILTERS) {
      if (!allowed.includes(name)) continue;
      const text = this.#text(name);
      if (text !== undefined) filter[name] = text;
    }
    return filter;
  }

  /** A text that has to be there. */
  required(name: string): string {
    const text = this.#text(name);
    if (text === undefined) throw new ParameterError(name, 'must be given');
    return text;
  }

  limit(fallback: number): number {
    const text = this.#take('limit');
    const limit = text === undefined ? fallback : Number(text);
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
      throw new ParameterError('limit', `must be a whole number from 1 to ${LIMIT_MAX}`);
    return limit;
  }

  transferState(): TransferState | undefined {
    return this.#oneOf('state', TRANSFER_STATES);
  }

  publicationState(): PublicationState | undefined {
    return this.#oneOf('publication', PUBLICATION_STATES);
  }

  /** To be called when all have been read. */
  done(): void {
    for (const name of this.#given.keys())
      if (!this.#read.has(name)) throw new ParameterError(name, 'is no parameter of this request');
  }

  #oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const text = this.#take(name);
    if (text === undefined || (values as readonly string[]).includes(text)) return text as T | undefined;
    throw new ParameterError(name, `must be one of ${values.join(', ')}`);
  }

  #time(name: string): number | undefined {
    const text = this.#take(name);
    if (text === undefined) return undefined;
    const seconds = /^\d{1,11}$/.test(text)
      ? Number(text)
      : /^\d{4}-\d\d-\d\d/.test(text)
        ? Date.parse(text) / 1000
        : NaN;
    if (!Number.isFinite(seconds)) throw new ParameterError(name, 'must be epoch seconds or an ISO 8601 time');
    return Math.floor(seconds);
  }

  #text(name: string): string | undefined {
    const text = this.#take(name);
    // Control characters belong into no name.
    if (text !== undefined && (text === '' || text.length > 500 || /[\u0000-\u001f]/.test(text)))
      throw new ParameterError(name, 'must be 1 to 500 printable characters');
    return text;
  }

  #take(name: string): string | undefined {
    this.#read.add(name);
    return this.#given.get(name) ?? undefined;
  }
}
