import { quantiles, type Dashboard } from './panels.ts';

/** Is it well, and if not, where to look. */
export const overview: Dashboard = {
  uid: 'aso-overview',
  title: 'overview',
  description: 'What the service does now, how long it takes, and what stands in its way.',
  variables: [],
  rows: [
    {
      title: 'Today',
      panels: [
        {
          ...{ title: 'Files done, last 24 h', kind: 'stat', unit: 'short', width: 4 },
          queries: [{ expr: 'sum(increase(aso_files_total{state="DONE"}[24h]))', legend: 'done' }],
        },
        {
          ...{ title: 'Bytes, last 24 h', kind: 'stat', unit: 'bytes', width: 4 },
          queries: [{ expr: 'sum(increase(aso_bytes_total[24h]))', legend: 'bytes' }],
        },
        {
          ...{ title: 'Files failed, last 24 h', kind: 'stat', unit: 'short', width: 4 },
          queries: [{ expr: 'sum(increase(aso_files_total{state="FAILED"}[24h]))', legend: 'failed' }],
        },
        {
          ...{ title: 'Published, last 24 h', kind: 'stat', unit: 'short', width: 4 },
          queries: [{ expr: 'sum(increase(aso_publications_total{state="DONE"}[24h]))', legend: 'published' }],
        },
        {
          ...{ title: 'Open tasks', kind: 'stat', unit: 'short', width: 4 },
          queries: [{ expr: 'max(aso_open_workflows{workflow="stageOut"})', legend: 'tasks' }],
        },
        {
          ...{ title: 'Alerts', kind: 'stat', unit: 'short', width: 4 },
          queries: [{ expr: 'count(ALERTS{alertstate="firing"}) or vector(0)', legend: 'firing' }],
        },
      ],
    },
    {
      title: 'Files',
      panels: [
        {
          ...{ title: 'Files in hand', kind: 'timeseries', unit: 'short', width: 12, stack: true },
          description: "As tasks told at the monitor's last sample.",
          queries: [{ expr: 'sum by (state) (aso_files_open)', legend: '{{state}}' }],
        },
        {
          ...{ title: 'Files by state they came into', kind: 'timeseries', unit: 'short', width: 12 },
          description: 'Per minute.',
          queries: [{ expr: 'sum by (state) (rate(aso_files_total[$__rate_interval])) * 60', legend: '{{state}}' }],
        },
        {
          ...{ title: 'Traffic', kind: 'timeseries', unit: 'Bps', width: 12, stack: true },
          queries: [
            { expr: 'sum by (destination) (rate(aso_bytes_total[$__rate_interval]))', legend: '{{destination}}' },
          ],
        },
        {
          ...{ title: 'Failed attempts by class', kind: 'timeseries', unit: 'short', width: 12, stack: true },
          description: 'Per minute.',
          queries: [{ expr: 'sum by (class) (rate(aso_failures_total[$__rate_interval])) * 60', legend: '{{class}}' }],
        },
        {
          ...{ title: 'Reported files', kind: 'timeseries', unit: 'short', width: 12 },
          description: 'Per minute.',
          queries: [
            { expr: 'sum by (outcome) (rate(aso_files_reported_total[$__rate_interval])) * 60', legend: '{{outcome}}' },
            { expr: 'sum by (rule) (rate(aso_files_rejected_total[$__rate_interval])) * 60', legend: 'rule {{rule}}' },
          ],
        },
      ],
    },
    {
      title: 'How long it takes',
      panels: [
        ['reported_submitted', 'Report to submission'],
        ['submitted_done', 'Submission to done'],
        ['done_published', 'Done to published'],
        ['done_cleaned', 'Done to cleaned'],
      ].map(([stage = '', title = '']) => ({
        ...{ title, kind: 'timeseries', unit: 's', width: 6 },
        queries: quantiles('aso_stage_seconds', `{stage="${stage}"}`),
      })),
    },
    {
      title: 'Services',
      panels: [
        {
          ...{ title: 'Requests', kind: 'timeseries', unit: 'reqps', width: 8 },
          queries: [{ expr: 'sum by (service) (rate(aso_requests_total[$__rate_interval]))', legend: '{{service}}' }],
        },
        {
          ...{ title: 'Requests without a good answer', kind: 'timeseries', unit: 'reqps', width: 8 },
          queries: [
            {
              expr: 'sum by (service, outcome) (rate(aso_requests_total{outcome!~"2xx|3xx"}[$__rate_interval]))',
              legend: '{{service}} {{outcome}}',
            },
          ],
        },
        {
          ...{ title: 'What work waits for', kind: 'timeseries', unit: 'short', width: 8 },
          description: 'Failed activity attempts a minute: each is tried again.',
          queries: [
            {
              expr: 'sum by (failure) (rate(aso_activity_failures_total[$__rate_interval])) * 60',
              legend: '{{failure}}',
            },
          ],
        },
        {
          ...{ title: 'FTS servers that are down', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [{ expr: 'max by (server) (aso_fts_circuit_open)', legend: '{{server}}' }],
        },
        {
          ...{ title: 'Credentials by time left', kind: 'bargauge', unit: 'short', width: 8 },
          queries: [{ expr: 'max by (left) (aso_credentials)', legend: '{{left}}' }],
        },
        {
          ...{ title: "The service's own credential", kind: 'stat', unit: 's', width: 8 },
          queries: [{ expr: 'min by (kind) (aso_service_credential_seconds)', legend: '{{kind}}' }],
        },
      ],
    },
  ],
};
