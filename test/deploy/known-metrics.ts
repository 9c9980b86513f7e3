import { readFileSync } from 'node:fs';
import { METRICS, type MetricDefinition } from '../../src/contract/metrics.ts';
import { TASK_QUEUES } from '../../src/contract/task-queues.ts';
import { FAILURE_CLASSES } from '../../src/domain/failure-classes.ts';
import { PUBLICATION_STATES, TRANSFER_STATES } from '../../src/domain/states.ts';
import type { Selector } from './promql.ts';

const recorded = (name: string): [string, string[]][] =>
  Object.entries(
    JSON.parse(readFileSync(new URL(`../fixtures/metrics/${name}.json`, import.meta.url), 'utf8')) as Record<string, string[]>, // prettier-ignore
  );

const ours = (Object.entries(METRICS) as [string, MetricDefinition][]).flatMap(
  ([name, metric]): [string, string[]][] =>
    metric.kind === 'histogram'
      ? [
          [`${name}_bucket`, [...metric.labels, 'le']],
          [`${name}_sum`, [...metric.labels]],
          [`${name}_count`, [...metric.labels]],
        ]
      : [[name, [...metric.labels]]],
);

/** Every metric that a Prometheus of ours has, with its labels: our catalogue, what Temporal was seen to serve, and Prometheus's own. */
const KNOWN = new Map<string, readonly string[]>([
  ...ours,
  ...recorded('worker'),
  ...recorded('server'),
  ['up', []],
  ['ALERTS', ['alertname', 'alertstate', 'severity']],
]);

/** What Prometheus adds to everything that it scrapes. */
const ADDED = ['job', 'instance'];

/** Values that labels of ours may have, where there are few. */
const VALUES: Record<string, readonly string[]> = {
  state: [...TRANSFER_STATES, ...PUBLICATION_STATES],
  class: FAILURE_CLASSES,
  stage: ['reported_submitted', 'submitted_done', 'done_published', 'done_cleaned'],
  service: ['fts', 'dbs', 'crab', 'storage', 'other'],
  outcome: ['2xx', '3xx', '4xx', '429', '5xx', 'timeout', 'network', 'certificate'],
  workflow: ['stageOut', 'transferBatch', 'publishDataset', 'jobOutput', 'sweepSources', 'mendRows'],
  queue: Object.values(TASK_QUEUES),
  left: ['expired', 'lt_1h', 'lt_6h', 'lt_24h', 'lt_72h', 'more', 'unknown', 'unreadable'],
  rule: ['paused', 'closed_source', 'closed_destination', 'blocked_user'],
};

/** What is wrong with a selector: a metric, a label or a value that does not exist would make it empty, and its alert silent. */
export function faultsOf({ metric, matchers, groupedBy }: Selector): string[] {
  const labels = KNOWN.get(metric);
  if (!labels) return [`there is no metric ${metric}`];
  const faults = [...matchers.map(({ label }) => label), ...groupedBy]
    .filter((label) => ![...labels, ...ADDED].includes(label))
    .map((label) => `${metric} has no label ${label}`);
  if (!metric.startsWith('aso_')) return faults;
  for (const { label, value } of matchers) {
    // Grafana's variables.
    if (value.startsWith('$')) continue;
    const allowed = label === 'le' ? bucketsOf(metric) : VALUES[label];
    for (const alternative of value.split('|'))
      if (allowed && !allowed.includes(alternative)) faults.push(`${metric}: ${label} is never ${alternative}`);
  }
  return faults;
}

function bucketsOf(metric: string): string[] {
  const { buckets = [] } = METRICS[metric.replace(/_bucket$/, '') as keyof typeof METRICS] as MetricDefinition;
  return [...buckets.map(String), '+Inf'];
}
