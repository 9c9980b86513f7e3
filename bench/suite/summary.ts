import { markdownTable } from '../support/report/markdown-table.ts';
import { plotFile } from '../support/report/report.ts';
import type { BenchEnd } from './run-bench.ts';

/** Whether it ran to its end and all of its bounds hold. */
export const isGood = ({ status, result }: BenchEnd): boolean => status === 0 && result !== null;

/** Every bound of every bench, those of targets first and in bold. */
export function boundsTable(ends: readonly BenchEnd[]): string {
  const rows = ends.flatMap(({ name, result }) => (result?.bounds ?? []).map((bound) => ({ bench: name, ...bound })));
  rows.sort((a, b) => Number(b.isTarget ?? false) - Number(a.isTarget ?? false));
  return markdownTable(
    ['bench', 'what must hold', 'found', ''],
    rows.map(({ bench, name, found, holds, isTarget }) => [
      ...[bench, isTarget ? `**${name}**` : name, found, holds ? 'met' : '**missed**'],
    ]),
  );
}

export const endsTable = (ends: readonly BenchEnd[]): string =>
  markdownTable(
    ['bench', 'command', 'seconds', 'bounds met', 'end'],
    ends.map((end) => {
      const bounds = end.result?.bounds ?? [];
      const met = `${bounds.filter(({ holds }) => holds).length} of ${bounds.length}`;
      return [end.name, `\`${end.command}\``, end.seconds, met, endOf(end)];
    }),
  );

function endOf({ status, result }: BenchEnd): string {
  if (result === null) return `failed, status ${status ?? 'of a signal'}`;
  return status === 0 ? 'good' : 'bounds missed';
}

/** All results as one page: `.cache/bench/index.md`. */
export function indexPage(ends: readonly BenchEnd[], minutes: number): string {
  const page = [`# Measurements`, '', `In ${minutes.toFixed(1)} minutes.`, '', endsTable(ends), '', boundsTable(ends)];
  for (const { result } of ends) {
    if (!result) continue;
    page.push(
      '',
      `## ${result.title}`,
      '',
      `\`${result.command}\`, ${result.date}, commit ${result.commit ?? 'unknown'}`,
    );
    for (const passage of result.passages) page.push('', 'table' in passage ? passage.table : passage.text);
    for (const plot of result.plots) page.push('', `![${plot.title}](${plotFile(result.bench, plot)})`);
  }
  return `${page.join('\n')}\n`;
}
