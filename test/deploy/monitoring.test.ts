import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { dashboardFiles } from '../../scripts/dashboards/index.ts';
import { faultsOf } from './known-metrics.ts';
import { selectorsOf } from './promql.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const list = (path: string): string[] => readdirSync(new URL(`../../${path}`, import.meta.url));

const rules = list('deploy/prometheus/rules').flatMap((name) => {
  const { groups } = parse(read(`deploy/prometheus/rules/${name}`)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
});

const faultsIn = (expr: string): string[] => selectorsOf(expr).flatMap(faultsOf);

describe('the linter', () => {
  test.each([
    ['sum(rate(aso_file_total[5m]))', 'there is no metric aso_file_total'],
    ['sum by (sourc) (aso_files_total)', 'aso_files_total has no label sourc'],
    ['aso_files_total{state="DOEN"}', 'aso_files_total: state is never DOEN'],
    ['rate(aso_history_events_bucket{le="10000"}[5m])', 'aso_history_events_bucket: le is never 10000'],
    ['temporal_workflow_task_failed', 'there is no metric temporal_workflow_task_failed'],
    ['aso_stage_seconds', 'there is no metric aso_stage_seconds'],
  ])('finds what does not exist in %s', (expr, fault) => {
    expect(faultsIn(expr)).toEqual([fault]);
  });

  test('refuses what is not PromQL', () => {
    expect(() => selectorsOf('sum(rate(aso_files_total[5m])')).toThrow('not PromQL');
  });
});

describe('alerts', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for what exists', (_, { expr }) => {
    expect(faultsIn(expr)).toEqual([]);
  });

  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s says what it is and what to do', (name, rule) => {
    const { summary, description, runbook = '' } = rule.annotations;
    expect([summary, description].every((text) => text && text.length > 10)).toBe(true);
    expect(['page', 'warning']).toContain(rule.labels.severity);
    const [file = '', anchor] = runbook.split('#');
    expect(anchor).toBe(`alert-${name.toLowerCase()}`);
    const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    expect(headings).toContain(anchor);
  });

  test('have names of their own', () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('dashboards', () => {
  test('are as scripts/dashboards makes them: `node scripts/write-dashboards.ts`', () => {
    const kept = list('deploy/grafana/dashboards').map((name) => [name, read(`deploy/grafana/dashboards/${name}`)]);
    expect(Object.fromEntries(kept)).toEqual(dashboardFiles());
  });

  test.each(Object.entries(dashboardFiles()))('%s asks for what exists', (_, text) => {
    const expressions = [...text.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, expr = '']) => JSON.parse(expr) as string,
    );
    expect(expressions.length).toBeGreaterThan(5);
    const faults = expressions.flatMap((expr) => faultsIn(expr.replaceAll('$__rate_interval', '5m')));
    const variables = [...text.matchAll(/label_values\((\w+), (\w+)\)/g)];
    const unknown = variables.flatMap(([, metric = '', label = '']) => faultsOf({ metric, matchers: [], groupedBy: [label] })); // prettier-ignore
    expect([...faults, ...unknown]).toEqual([]);
  });
});

/** A heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'); // prettier-ignore
