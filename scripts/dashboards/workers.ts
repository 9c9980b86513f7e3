import { quantiles, type Dashboard } from './panels.ts';

/** Are there enough workers, and are Temporal and they well. */
export const workers: Dashboard = {
  uid: 'aso-workers',
  title: 'workers',
  description: 'Task queues, slots, histories, requests to services, and Temporal itself.',
  variables: [{ name: 'queue', label: 'Task queue', metric: 'aso_queue_backlog' }],
  rows: [
    {
      title: 'Queues',
      panels: [
        {
          ...{ title: 'Waiting tasks', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [
            { expr: 'max by (queue, kind) (aso_queue_backlog{queue=~"$queue"})', legend: '{{queue}} {{kind}}' },
          ],
        },
        {
          ...{ title: 'Oldest waiting task', kind: 'timeseries', unit: 's', width: 8 },
          queries: [
            {
              expr: 'max by (queue, kind) (aso_queue_backlog_age_seconds{queue=~"$queue"})',
              legend: '{{queue}} {{kind}}',
            },
          ],
        },
        {
          ...{ title: 'Who polls', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [
            { expr: 'max by (queue, kind) (aso_queue_pollers{queue=~"$queue"})', legend: '{{queue}} {{kind}}' },
          ],
        },
        {
          ...{ title: 'From schedule to start, p99: workflow tasks', kind: 'timeseries', unit: 'ms', width: 12 },
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le) (rate(temporal_workflow_task_schedule_to_start_latency_bucket[$__rate_interval])))',
              legend: 'p99',
            },
          ],
        },
        {
          ...{ title: 'From schedule to start, p99: activities', kind: 'timeseries', unit: 'ms', width: 12 },
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, task_queue) (rate(temporal_activity_schedule_to_start_latency_bucket{task_queue=~"$queue"}[$__rate_interval])))',
              legend: '{{task_queue}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Workers',
      panels: [
        {
          ...{ title: 'Free slots', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [
            {
              expr: 'min by (task_queue, worker_type) (temporal_worker_task_slots_available{task_queue=~"$queue"})',
              legend: '{{task_queue}} {{worker_type}}',
            },
          ],
        },
        {
          ...{ title: 'Workflows in memory', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [{ expr: 'sum by (instance) (temporal_sticky_cache_size)', legend: '{{instance}}' }],
        },
        {
          ...{ title: 'Failed activity attempts', kind: 'timeseries', unit: 'short', width: 8 },
          description: 'Per minute.',
          queries: [
            {
              expr: 'sum by (activity, failure) (rate(aso_activity_failures_total[$__rate_interval])) * 60',
              legend: '{{activity}} {{failure}}',
            },
          ],
        },
        {
          ...{ title: 'Workflow tasks that fail', kind: 'timeseries', unit: 'short', width: 8 },
          description:
            'A defect, or code that old histories do not replay with: the workflow stands until it is mended.',
          queries: [
            {
              expr: 'sum by (workflow_type, failure_reason) (rate(temporal_workflow_task_execution_failed[$__rate_interval]))',
              legend: '{{workflow_type}} {{failure_reason}}',
            },
          ],
        },
        {
          ...{ title: 'Events of histories, p99', kind: 'timeseries', unit: 'short', width: 8 },
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, workflow) (rate(aso_history_events_bucket[$__rate_interval])))',
              legend: '{{workflow}}',
            },
          ],
        },
        {
          ...{ title: 'Bytes of histories, p99', kind: 'timeseries', unit: 'bytes', width: 8 },
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, workflow) (rate(aso_history_bytes_bucket[$__rate_interval])))',
              legend: '{{workflow}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Requests to services',
      panels: ['fts', 'dbs', 'crab', 'storage'].map((service) => ({
        ...{ title: service, kind: 'timeseries', unit: 's', width: 6 },
        queries: quantiles('aso_request_seconds', `{service="${service}"}`),
      })),
    },
    {
      title: 'Temporal',
      panels: [
        {
          ...{ title: 'Long polls that fail', kind: 'timeseries', unit: 'reqps', width: 8 },
          queries: [
            {
              expr: 'sum by (operation, status_code) (rate(temporal_long_request_failure[$__rate_interval]))',
              legend: '{{operation}} {{status_code}}',
            },
          ],
        },
        {
          ...{ title: 'Server: errors by type', kind: 'timeseries', unit: 'reqps', width: 8 },
          queries: [
            {
              expr: 'sum by (error_type) (rate(service_error_with_type[$__rate_interval]))',
              legend: '{{error_type}}',
            },
          ],
        },
        {
          ...{ title: 'Server: database, p99', kind: 'timeseries', unit: 's', width: 8 },
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, operation) (rate(persistence_latency_bucket[$__rate_interval])))',
              legend: '{{operation}}',
            },
          ],
        },
      ],
    },
  ],
};
