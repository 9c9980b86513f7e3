/** A server may not park us longer than this: 15 minutes. */
const LONGEST_MS = 15 * 60 * 1000;

/**
 * When a server wants us back, milliseconds from now; undefined where it does not say.
 * Reads Retry-After (seconds or a date) and DBS's X-Ratelimit-Reset (epoch seconds).
 */
export function retryAfterMs(headers: Record<string, string | string[] | undefined>, now: number): number | undefined {
  const at = instant(first(headers['retry-after']), now) ?? resetInstant(first(headers['x-ratelimit-reset']));
  return at === undefined ? undefined : Math.min(Math.max(at - now, 0), LONGEST_MS);
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

function instant(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(value) ? Number(value) : NaN;
  const at = Number.isNaN(seconds) ? Date.parse(value) : now + seconds * 1000;
  return Number.isNaN(at) ? undefined : at;
}

const resetInstant = (value: string | undefined): number | undefined =>
  value !== undefined && /^\s*\d{9,11}\s*$/.test(value) ? Number(value) * 1000 : undefined;
