import { spanMs } from '../time-span.ts';

/** With a time zone: "12:00" is another time for everybody. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** What is to hold for longer needs no end. */
const LONGEST_MS = 366 * 86_400_000;

/** Completes "must be …". */
export const UNTIL_RULE = 'a span of time such as 90m, 2h, 3d, or a time such as 2026-11-24T18:00Z';

/** Whether a text says how long something holds. */
export const isUntil = (text: string): boolean =>
  spanMs(text) !== null || (ISO_TIME.test(text) && !Number.isNaN(Date.parse(text)));

/**
 * The end that such a text names, epoch milliseconds.
 * @returns a text that says what is wrong where it has passed, or is more than a year away
 */
export function endOf(text: string, now: number): number | string {
  const span = spanMs(text);
  const end = span === null ? Date.parse(text) : now + span;
  if (!(end > now)) return 'must be in the future';
  return end > now + LONGEST_MS ? 'must be within a year' : end;
}
