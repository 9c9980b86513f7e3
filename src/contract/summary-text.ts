/** Temporal takes 400 bytes of summary (`limit.userMetadataSummarySize`), and an encrypted one is some 200 longer. */
const SUMMARY_MAX = 180;

/** A line for people in Temporal's UI, about an activity, a timer or a workflow. Whatever it is made of, it is taken; short ones are cheap. */
export function summaryText(text: string): string {
  const line = text.replace(/[^\x20-\x7e→]/g, '?');
  return line.length <= SUMMARY_MAX ? line : `${line.slice(0, SUMMARY_MAX - 3)}...`;
}
