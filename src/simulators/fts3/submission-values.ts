import { FtsRefusal, internalError } from './answers.ts';

/** A JSON object of a request. */
export type Dictionary = Record<string, unknown>;

export const isDictionary = (value: unknown): value is Dictionary =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** FTS's message for a value it cannot use (Python's ValueError). */
export const invalidValue = (text: string): FtsRefusal =>
  new FtsRefusal(400, `Invalid value within the request: ${text}`);

/** FTS's message for a value of the wrong kind (Python's TypeError). */
export const malformed = (text: string): FtsRefusal => new FtsRefusal(400, `Malformed request: ${text}`);

/** Python's name of a JSON value's type, as it appears in FTS's messages. */
export function pythonType(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return 'dict';
}

/** Python's truth of a JSON value: an empty container is false, and so is an empty text, but not "N". */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isDictionary(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** FTS's reading of a flag where it reads it with care: of texts, only those that begin with Y are true. */
export const isFlag = (value: unknown): boolean => (typeof value === 'string' ? /^y/i.test(value) : isTruthy(value));

/** Python's int(). @throws FtsRefusal 400 */
export function toInt(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Math.trunc(Number(value));
  if (typeof value === 'string') {
    if (/^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
    throw invalidValue(`invalid literal for int() with base 10: '${value}'`);
  }
  throw malformed(`int() argument must be a string, a bytes-like object or a real number, not '${pythonType(value)}'`);
}

/** FTS's reading of a file size, bytes; null counts as 0. @throws FtsRefusal 400 */
export function toSize(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') {
    const number = value.trim() === '' ? NaN : Number(value);
    if (Number.isNaN(number)) throw invalidValue(`could not convert string to float: '${value}'`);
    return number;
  }
  throw malformed(`float() argument must be a string or a real number, not '${pythonType(value)}'`);
}

/**
 * Seconds of an interval: a bare integer counts hours, a text ends in s, m, h or d. Anything else, 0 included, is no
 * limit, silently.
 */
export function toSeconds(value: unknown): number | null {
  if (typeof value === 'number' && Number.isInteger(value) && value !== 0) return value * 3600;
  const [, digits, suffix = ''] = typeof value === 'string' ? (/^([+-]?\d+)([smhd])$/i.exec(value) ?? []) : [];
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[suffix.toLowerCase()];
  return digits !== undefined && unit !== undefined ? Number(digits) * unit : null;
}

/**
 * Job or file metadata: an object, or a text that becomes a label.
 * @throws FtsRefusal 400 for other kinds and for more than `limit` characters of JSON
 */
export function toMetadata(value: unknown, limit: number): Dictionary {
  if (typeof value !== 'string' && !isDictionary(value)) throw invalidValue('Metadata neither JSON nor String');
  const metadata = typeof value === 'string' ? { label: value } : value;
  if (pythonJsonLength(metadata) > limit) {
    throw invalidValue(`Job Submission Refused, metadata exceeds size limit of ${limit}`);
  }
  return metadata;
}

/** Length of a value as Python writes it: a space after each comma and colon, other than ASCII escaped. */
function pythonJsonLength(value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return [...JSON.stringify(value)].reduce((sum, char) => sum + (char > '\x7e' ? 6 * char.length : 1), 0);
  }
  const isList = Array.isArray(value);
  const lengths = Object.entries(value).map(
    ([key, entry]) => (isList ? 0 : pythonJsonLength(key) + 2) + pythonJsonLength(entry),
  );
  return 2 + lengths.reduce((sum, length) => sum + length, 0) + 2 * Math.max(0, lengths.length - 1);
}

/** A transfer URL as FTS takes it. */
export interface Surl {
  text: string;
  scheme: string;
  /** `scheme://host`, without port: what FTS calls a storage element. */
  storage: string;
}

/** @throws FtsRefusal 400 for a URL that FTS refuses, 500 for what is no text */
export function toSurl(value: unknown): Surl {
  if (typeof value !== 'string') throw internalError();
  const text = value.trim();
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  if (!scheme) throw invalidValue(`Missing scheme (${text})`);
  if (scheme.toLowerCase() === 'file') throw invalidValue(`Can not transfer local files (${text})`);
  const [, authority = '', path = '', query = ''] = /^(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/.exec(rest) ?? [];
  if (!path || (path === '/' && query.length <= 1)) throw invalidValue(`Missing path (${text})`);
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase();
  if (!host) throw invalidValue(`Missing host (${text})`);
  return { text, scheme: scheme.toLowerCase(), storage: `${scheme.toLowerCase()}://${host}` };
}

/** What Python's `for` goes through: a list's items, a text's characters, an object's keys. @throws FtsRefusal 400 */
export function iterate(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (isDictionary(value)) return Object.keys(value);
  throw malformed(`'${pythonType(value)}' object is not iterable`);
}
