import Table from 'cli-table3';
import { colors } from './terminal.ts';

/** Rows below a bold head, with lines around. */
export function tableText(head: readonly string[], rows: readonly (string | number)[][]): string {
  const drawn = new Table({ head: head.map((name) => colors.bold(name)), style: { head: [], border: [] } });
  drawn.push(...rows);
  return drawn.toString();
}
