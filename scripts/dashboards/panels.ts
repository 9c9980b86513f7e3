/** Grafana dashboards from few words: each panel is a title, queries and a unit, laid out in rows. */

export interface Query {
  expr: string;
  /** How a series is called; Grafana fills in labels: `{{source}}`. */
  legend: string;
}

export interface Panel {
  title: string;
  /** Shown behind the title's (i). */
  description?: string;
  kind: 'timeseries' | 'stat' | 'table' | 'heatmap' | 'bargauge';
  /** Grafana's unit: `short`, `bytes`, `s`, `percentunit`, `reqps`, … */
  unit: string;
  queries: Query[];
  /** Of 24 columns. */
  width: number;
  stack?: boolean;
}

export interface Row {
  title: string;
  panels: Panel[];
}

/** A choice above the dashboard: values of a label. */
export interface Variable {
  name: string;
  label: string;
  /** The metric and label whose values there are. */
  metric: string;
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  variables: Variable[];
  rows: Row[];
}

/** In fractions of a panel's usual height. */
const HEIGHT: Record<Panel['kind'], number> = { timeseries: 8, heatmap: 8, table: 10, bargauge: 8, stat: 4 };
const DATASOURCE = { type: 'prometheus', uid: 'prometheus' };

/** The dashboard as Grafana reads it from a file. */
export function grafanaJson({ uid, title, description, variables, rows }: Dashboard): object {
  const panels: object[] = [];
  let y = 0;
  let id = 1;
  for (const row of rows) {
    panels.push({
      ...{ id: id++, type: 'row', title: row.title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: 24, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      if (x + panel.width > 24) [x, y, height] = [0, y + height, 0];
      const h = HEIGHT[panel.kind];
      panels.push({ id: id++, gridPos: { x, y, w: panel.width, h }, ...panelJson(panel) });
      [x, height] = [x + panel.width, Math.max(height, h)];
    }
    y += height;
  }
  return {
    ...{ uid, title: `ASO: ${title}`, description, tags: ['asyncstageout'], schemaVersion: 39, version: 1 },
    ...{ editable: true, graphTooltip: 1, refresh: '30s', time: { from: 'now-6h', to: 'now' }, timezone: 'utc' },
    links: [{ type: 'dashboards', title: 'ASO', tags: ['asyncstageout'], asDropdown: false, keepTime: true }],
    templating: { list: variables.map(variableJson) },
    panels,
  };
}

function panelJson({ kind, title, description, unit, queries, stack }: Panel): object {
  const custom = { fillOpacity: stack ? 30 : 8, showPoints: 'never', stacking: { mode: stack ? 'normal' : 'none' } };
  return {
    ...{ type: kind, title, ...(description !== undefined && { description }), datasource: DATASOURCE },
    fieldConfig: { defaults: { unit, min: 0, ...(kind === 'timeseries' && { custom }) }, overrides: [] },
    options: optionsOf(kind),
    targets: queries.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource: DATASOURCE, expr, legendFormat: legend },
      ...(kind === 'table' && { format: 'table', instant: true }),
      ...(kind === 'bargauge' && { instant: true }),
      ...(kind === 'heatmap' && { format: 'heatmap' }),
    })),
    ...(kind === 'table' && { transformations: [{ id: 'merge', options: {} }] }),
  };
}

function optionsOf(kind: Panel['kind']): object {
  const reduceOptions = { calcs: ['lastNotNull'] };
  if (kind === 'stat') return { reduceOptions, colorMode: 'value', graphMode: 'area' };
  if (kind === 'bargauge') return { reduceOptions, orientation: 'horizontal', displayMode: 'basic' };
  if (kind === 'heatmap') return { calculate: false, yAxis: { unit: 's' } };
  if (kind === 'table') return { sortBy: [{ displayName: 'Value', desc: true }] };
  return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
}

const variableJson = ({ name, label, metric }: Variable): object => ({
  ...{ name, label, type: 'query', datasource: DATASOURCE, refresh: 2, sort: 1 },
  ...{
    query: { query: `label_values(${metric}, ${name})`, refId: name },
    definition: `label_values(${metric}, ${name})`,
  },
  ...{ includeAll: true, multi: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
});

/** p50, p90 and p99 of a histogram. */
export const quantiles = (histogram: string, selector = '', by = ''): Query[] =>
  [0.5, 0.9, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${['le', ...(by ? [by] : [])].join(', ')}) (rate(${histogram}_bucket${selector}[$__rate_interval])))`,
    legend: `${by ? `{{${by}}} ` : ''}p${quantile * 100}`,
  }));
