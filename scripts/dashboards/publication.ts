import { quantiles, type Dashboard } from './panels.ts';

/** How far publication lags, and why. */
export const publication: Dashboard = {
  uid: 'aso-publication',
  title: 'publication',
  description: 'Blocks into DBS, what is set aside, and how long files wait for their publication.',
  variables: [],
  rows: [
    {
      title: 'Publication',
      panels: [
        {
          ...{ title: 'Files published and failed', kind: 'timeseries', unit: 'short', width: 8 },
          description: 'Per minute.',
          queries: [
            { expr: 'sum by (state) (rate(aso_publications_total[$__rate_interval])) * 60', legend: '{{state}}' },
          ],
        },
        {
          ...{ title: 'Blocks', kind: 'timeseries', unit: 'short', width: 8 },
          description: 'Per hour.',
          queries: [
            { expr: 'sum by (outcome) (rate(aso_blocks_total[$__rate_interval])) * 3600', legend: '{{outcome}}' },
          ],
        },
        {
          ...{ title: 'Open publishers', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [{ expr: 'max(aso_open_workflows{workflow="publishDataset"})', legend: 'datasets' }],
        },
        {
          ...{ title: 'Done to published', kind: 'timeseries', unit: 's', width: 12 },
          queries: quantiles('aso_stage_seconds', '{stage="done_published"}'),
        },
        {
          ...{ title: 'Done to published, how many took how long', kind: 'heatmap', unit: 's', width: 12 },
          queries: [
            {
              expr: 'sum by (le) (increase(aso_stage_seconds_bucket{stage="done_published"}[$__rate_interval]))',
              legend: '{{le}}',
            },
          ],
        },
      ],
    },
    {
      title: 'DBS and CRAB',
      panels: [
        {
          ...{ title: 'DBS: requests by outcome', kind: 'timeseries', unit: 'reqps', width: 8 },
          queries: [
            {
              expr: 'sum by (operation, outcome) (rate(aso_requests_total{service="dbs"}[$__rate_interval]))',
              legend: '{{operation}} {{outcome}}',
            },
          ],
        },
        {
          ...{ title: 'DBS: how long inserts take', kind: 'timeseries', unit: 's', width: 8 },
          queries: quantiles('aso_request_seconds', '{service="dbs", operation="bulkblocks"}'),
        },
        {
          ...{ title: 'CRAB: requests by outcome', kind: 'timeseries', unit: 'reqps', width: 8 },
          queries: [
            {
              expr: 'sum by (operation, outcome) (rate(aso_requests_total{service="crab"}[$__rate_interval]))',
              legend: '{{operation}} {{outcome}}',
            },
          ],
        },
        {
          ...{ title: 'What publications wait for', kind: 'timeseries', unit: 'short', width: 12 },
          description: 'Failed activity attempts a minute.',
          queries: [
            {
              expr: 'sum by (activity, failure) (rate(aso_activity_failures_total{activity=~"publishBlock|measureFiles|handToPublisher"}[$__rate_interval])) * 60',
              legend: '{{activity}} {{failure}}',
            },
          ],
        },
        {
          ...{ title: 'Waiting in the queues of DBS and CRAB', kind: 'timeseries', unit: 'short', width: 12 },
          queries: [{ expr: 'max by (queue) (aso_queue_backlog{queue=~"aso-catalog|aso-crab"})', legend: '{{queue}}' }],
        },
      ],
    },
  ],
};
