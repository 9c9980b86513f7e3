const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SPAN = /^(\d{1,5})([smhd])$/;
/** With a time zone: "12:00" is another time for everybody. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** What is to hold for longer needs no end. */
const LONGEST_MS = 366 * 86_400_000;

/** Completes "must be …". */
export const UNTIL_RULE = 'a span of time such as 90m, 2h, 3d, or a time such as 2026-11-24T18:00Z';

/** Whether a text says how long something holds. */
export const isUntil = (text: string): boolean =>
  SPAN.test(text) || (ISO_TIME.test(text) && !Number.isNaN(Date.parse(text)));

/**
 * The end that such a text names, epoch milliseconds.
 * @returns a text that says what is wrong where it has passed, or is more than a year away
 */
export function endOf(text: string, now: number): number | string {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  const end = count === undefined ? Date.parse(text) : now + Number(count) * (UNITS[unit] ?? 0);
  if (!(end > now)) return 'must be in the future';
  return end > now + LONGEST_MS ? 'must be within a year' : end;
}
