import { z } from 'zod';
import { isHtml } from '../http.ts';
import { shortText } from '../short-text.ts';

/** What DBS had against a request. */
export interface DbsRefusal {
  /** DBS's own code, e.g. 310; null where the body carried none. */
  code: number | null;
  /** The innermost cause, on one line, without Go's stack traces. */
  reason: string;
  /** Waiting may heal it. */
  transient: boolean;
}

const bodySchema = z
  .array(
    z.object({
      error: z.object({ code: z.number().optional(), reason: z.string().optional(), message: z.string().optional() }),
    }),
  )
  .min(1);

/** Begin and commit of a transaction: the database's trouble, not the block's. */
const TRANSIENT_CODES = new Set([102, 308]);
/**
 * Two writers raced on a common row or for a lock (Oracle), or one held the database (SQLite): the same body is accepted later. With the colon
 * or the spaces that no LFN has: reasons may name files.
 */
const TRANSIENT_CAUSE = /ORA-(00001|00060|08177):|database is locked|deadlock detected/i;

/**
 * Reads an error body of DBS. Errors nest as text inside `reason`; the innermost comes last.
 * Bodies that are not DBS's (front end, router) say nothing about the request and are transient, but for 413.
 */
export function dbsRefusal(status: number, text: string): DbsRefusal {
  const parsed = bodySchema.safeParse(parseJson(text));
  const error = parsed.data?.[0]?.error;
  if (!error) {
    const said = isHtml(text) ? 'an HTML page' : shortText(text, 200) || 'an empty body';
    return { code: null, reason: `HTTP ${status}: ${said}`, transient: status !== 413 };
  }
  const { code = null, reason = '', message = '' } = error;
  const transient = TRANSIENT_CAUSE.test(`${reason} ${message}`) || (code !== null && TRANSIENT_CODES.has(code));
  return { code, reason: innermost(reason, message), transient };
}

function innermost(reason: string, message: string): string {
  const cause = lastField(reason, 'Reason') ?? reason;
  const what = lastField(reason, 'Message') ?? lastField(message, 'Message') ?? message;
  const parts = [what, cause].map((part) => shortText(withoutStack(part), 200));
  return shortText([...new Set(parts.filter((part) => part && part !== 'nil'))].join(': ')) || 'no reason given';
}

/** The last `Name: …` line of nested error texts. */
function lastField(text: string, name: string): string | undefined {
  return [...text.matchAll(new RegExp(`^\\s*${name}: (.*)$`, 'gm'))].at(-1)?.[1];
}

const withoutStack = (text: string): string => text.replace(/\s*goroutine \d+ \[[\s\S]*$/, '');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
