import { redact } from '../adapters/short-text.ts';

/** Fields whose content is never written, wherever they turn up. */
const SECRET_FIELDS = new Set(['proxy', 'token', 'key', 'password', 'authorization', 'dn']);
const CENSORED = '***';
/** What nests deeper is not worth a line of a log. */
const MAX_DEPTH = 6;
/** Controls of terminals (C0 but for tab and line feed, DEL, C1), and marks that turn the direction of text. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of anybody, fit for a log: no secrets, no controls. Line breaks stay, for stacks. */
export const scrubText = (text: string): string => redact(text).replace(CONTROLS, '?');

/** As `scrubText`, on one line: a message that could hold line breaks could forge lines. */
export const scrubLine = (text: string): string => scrubText(text).replace(/\s*[\n\t]\s*/g, ' ');

/** A copy fit for a log: every text in it scrubbed, secret fields censored, whatever their depth. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error || value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, content]) => [
      scrubLine(name),
      SECRET_FIELDS.has(name.toLowerCase()) ? CENSORED : scrub(content, depth + 1),
    ]),
  );
}
