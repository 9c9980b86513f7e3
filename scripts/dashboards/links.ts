import { quantiles, type Dashboard } from './panels.ts';

const LINK = '{source=~"$source", destination=~"$destination"}';

/** Which site is bad, and in what way. */
export const links: Dashboard = {
  uid: 'aso-links',
  title: 'links',
  description: 'Traffic, success and failures by source and destination.',
  variables: [
    { name: 'source', label: 'Source', metric: 'aso_files_total' },
    { name: 'destination', label: 'Destination', metric: 'aso_files_total' },
  ],
  rows: [
    {
      title: 'Links',
      panels: [
        {
          ...{
            title: 'Share of attempts that failed, by destination',
            kind: 'timeseries',
            unit: 'percentunit',
            width: 12,
          },
          queries: [
            {
              expr: `sum by (destination) (rate(aso_failures_total${LINK}[$__rate_interval])) / sum by (destination) (rate(aso_files_total{state="SUBMITTED", source=~"$source", destination=~"$destination"}[$__rate_interval]))`,
              legend: '{{destination}}',
            },
          ],
        },
        {
          ...{ title: 'Share of attempts that failed, by source', kind: 'timeseries', unit: 'percentunit', width: 12 },
          queries: [
            {
              expr: `sum by (source) (rate(aso_failures_total${LINK}[$__rate_interval])) / sum by (source) (rate(aso_files_total{state="SUBMITTED", source=~"$source", destination=~"$destination"}[$__rate_interval]))`,
              legend: '{{source}}',
            },
          ],
        },
        {
          ...{ title: 'Busiest links, last hour', kind: 'table', unit: 'bytes', width: 12 },
          queries: [
            {
              expr: `topk(25, sum by (source, destination) (increase(aso_bytes_total${LINK}[1h])))`,
              legend: '{{source}} {{destination}}',
            },
          ],
        },
        {
          ...{ title: 'Most failed attempts, last hour', kind: 'table', unit: 'short', width: 12 },
          queries: [
            {
              expr: `topk(25, sum by (source, destination, class) (increase(aso_failures_total${LINK}[1h])))`,
              legend: '{{source}} {{destination}} {{class}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The chosen ones',
      panels: [
        {
          ...{ title: 'Traffic', kind: 'timeseries', unit: 'Bps', width: 8, stack: true },
          queries: [
            {
              expr: `topk(20, sum by (source, destination) (rate(aso_bytes_total${LINK}[$__rate_interval])))`,
              legend: '{{source}} → {{destination}}',
            },
          ],
        },
        {
          ...{ title: 'Files by state they came into', kind: 'timeseries', unit: 'short', width: 8 },
          description: 'Per minute.',
          queries: [
            { expr: `sum by (state) (rate(aso_files_total${LINK}[$__rate_interval])) * 60`, legend: '{{state}}' },
          ],
        },
        {
          ...{ title: 'Failed attempts by class', kind: 'timeseries', unit: 'short', width: 8, stack: true },
          description: 'Per minute.',
          queries: [
            { expr: `sum by (class) (rate(aso_failures_total${LINK}[$__rate_interval])) * 60`, legend: '{{class}}' },
          ],
        },
        {
          ...{ title: 'Submission to done', kind: 'timeseries', unit: 's', width: 8 },
          queries: quantiles('aso_stage_seconds', '{stage="submitted_done", destination=~"$destination"}'),
        },
        {
          ...{ title: 'Time used when attempts fail', kind: 'timeseries', unit: 'percentunit', width: 8 },
          description: 'Of policy.stageOutTimeout, by the oldest file of a batch.',
          queries: quantiles('aso_deadline_used_share', '{destination=~"$destination"}'),
        },
        {
          ...{ title: 'Sources removed and given up', kind: 'timeseries', unit: 'short', width: 8 },
          description: 'Per minute.',
          queries: [
            {
              expr: 'sum by (outcome) (rate(aso_sources_total{source=~"$source"}[$__rate_interval])) * 60',
              legend: '{{outcome}}',
            },
          ],
        },
      ],
    },
  ],
};
