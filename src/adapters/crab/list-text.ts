import { redact } from '../short-text.ts';

/** Characters of a reason that CRAB's column takes. */
const REASON_MAX = 1000;

/** A list as CRAB reads it: one text, cut at every comma. Items must have none. */
export const listText = (items: readonly string[]): string => items.join(',');

/**
 * A reason that arrives as one item of such a list, with the same meaning. CRAB cuts lists at commas, refuses line breaks, strips quotes and
 * brackets at the ends, and its database refuses more than 1,000 bytes.
 */
export function reasonText(reason: string): string {
  // Only the head is looked at: what follows would be cut off anyway.
  const line = redact(reason.slice(0, REASON_MAX * 4))
    .replaceAll(',', ';')
    .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
    .replace(/[^\u0020-\u007e]/g, '?')
    .replace(/^[ '"[\]]+|[ '"[\]]+$/g, '');
  const short = line.length > REASON_MAX ? `${line.slice(0, REASON_MAX - 3)}...` : line;
  // A list of nothing but empty items is an error to CRAB.
  return short || 'no reason given';
}
