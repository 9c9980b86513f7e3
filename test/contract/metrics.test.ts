import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metricsTable } from '../../scripts/metrics-table.ts';
import { METRICS, type MetricDefinition } from '../../src/contract/metrics.ts';

const metrics = Object.entries(METRICS) as [string, MetricDefinition][];

test('docs/metrics.md has the catalogue: `node scripts/write-metrics-docs.ts`', () => {
  const docs = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  expect(docs).toContain(`<!-- metrics -->\n\n${metricsTable()}\n\n<!-- /metrics -->`);
});

test.each(metrics)('%s is named as Prometheus wants it', (name, { kind, unit, buckets }) => {
  expect(name).toMatch(/^aso_[a-z_]+$/);
  expect(name.endsWith('_total')).toBe(kind === 'counter');
  if (unit === 's') expect(name).toMatch(/_seconds$/);
  expect(buckets !== undefined).toBe(kind === 'histogram');
  if (buckets) expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
});

test('no label is one that grows without an end', () => {
  const labels = new Set(metrics.flatMap(([, metric]) => metric.labels));
  for (const label of ['user', 'task', 'file', 'job', 'dataset', 'block', 'dn', 'lfn', 'reason', 'url'])
    expect([...labels]).not.toContain(label);
});
