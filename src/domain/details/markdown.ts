import type { StateCounts } from '../states.ts';

/** Rows of a table; the others are counted. */
const MAX_ROWS = 30;

/**
 * Names and texts of users and third parties, as code: Markdown, HTML and addresses in them mean nothing there. What would end the code or a
 * cell of a table is replaced by a look-alike.
 */
export function code(text: string, max = 120): string {
  const line = text
    .replace(/[\s\p{C}]+/gu, ' ')
    .replaceAll('`', 'ʼ')
    .replaceAll('|', '¦')
    .trim();
  const cut = line.length > max ? `${line.slice(0, max - 1)}…` : line;
  return cut === '' ? '–' : `\`${cut}\``;
}

/** A table of cells that are Markdown already; nothing where there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const more = rows.length > MAX_ROWS ? [`and ${rows.length - MAX_ROWS} more`] : [];
  return ['', line(head), line(head.map(() => '---')), ...rows.slice(0, MAX_ROWS).map(line), ...more.flatMap((text) => ['', text])]; // prettier-ignore
}

/** Files by state on one line, states without files left out. */
export const countsText = (counts: StateCounts<string>): string =>
  Object.entries(counts)
    .filter(([, files]) => files)
    .map(([state, files]) => `${state} ${files}`)
    .join(', ') || 'none';

/** Counts things in words. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** What is waited for, each on a line of its own; nothing where that is nothing. */
export const waitsLines = (waits: readonly string[]): string[] =>
  waits.length === 0 ? [] : ['', '**Waits for**', '', ...waits.slice(0, MAX_ROWS).map((text) => `- ${text}`)];
