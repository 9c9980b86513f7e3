import type { MetricCounter, MetricGauge, MetricHistogram, MetricMeter } from '@temporalio/common';
import {
  METRICS,
  type LabelsOf,
  type MetricDefinition,
  type MetricName,
  type MetricsOfKind,
} from '../../contract/metrics.ts';

/** Emits the metrics of the catalogue. Names and labels are checked by the compiler. */
export interface Metrics {
  add<Name extends MetricsOfKind<'counter'>>(name: Name, value: number, labels: LabelsOf<Name>): void;
  set<Name extends MetricsOfKind<'gauge'>>(name: Name, value: number, labels: LabelsOf<Name>): void;
  record<Name extends MetricsOfKind<'histogram'>>(name: Name, value: number, labels: LabelsOf<Name>): void;
}

/** Through a meter, usually that of the SDK's runtime: they are served where Temporal's own are. */
export function createMetrics(meter: MetricMeter): Metrics {
  const of = (kind: MetricDefinition['kind']): [MetricName, MetricDefinition][] =>
    (Object.entries(METRICS) as [MetricName, MetricDefinition][]).filter(([, metric]) => metric.kind === kind);
  const counters = new Map<MetricName, MetricCounter>(
    of('counter').map(([name, { unit, help }]) => [name, meter.createCounter(name, unit, help)]),
  );
  const gauges = new Map<MetricName, MetricGauge>(
    of('gauge').map(([name, { unit, help }]) => [name, meter.createGauge(name, 'float', unit, help)]),
  );
  const histograms = new Map<MetricName, MetricHistogram>(
    of('histogram').map(([name, { unit, help }]) => [name, meter.createHistogram(name, 'float', unit, help)]),
  );
  return {
    add: (name, value, labels) => counters.get(name)?.add(value, labels),
    set: (name, value, labels) => gauges.get(name)?.set(value, labels),
    record: (name, value, labels) => histograms.get(name)?.record(value, labels),
  };
}
