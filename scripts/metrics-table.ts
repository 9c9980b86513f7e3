import { METRICS, type MetricDefinition } from '../src/contract/metrics.ts';

/** The catalogue as the table of docs/metrics.md. */
export function metricsTable(): string {
  const rows = (Object.entries(METRICS) as [string, MetricDefinition][]).map(([name, { kind, unit, labels, help }]) => [
    ...[`\`${name}\``, kind, unit, labels.map((label) => `\`${label}\``).join(', '), help],
  ]);
  const lines = [['Name', 'Kind', 'Unit', 'Labels', 'What'], Array<string>(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
