/** A metric of ours. */
export interface MetricDefinition {
  kind: 'counter' | 'gauge' | 'histogram';
  /** What is counted or measured. */
  unit: 'files' | 'bytes' | 's' | 'events' | 'share' | 'requests' | 'failures' | 'tasks' | 'workflows' | 'blocks' | 'bool' | 'credentials' | 'pollers' | 'rules'; // prettier-ignore
  labels: readonly string[];
  /** One sentence, shown by Prometheus and in docs/metrics.md. */
  help: string;
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** From a file alone on an empty link to one that took its whole day; a block waits up to 5.2 h (policy.blockTimeout). */
const STAGES = [
  ...[10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 3 * DAY],
];

/**
 * All metrics of our own: whoever emits, documents, draws or alerts on one finds it here. Labels are sites, classes and other small closed
 * sets, never users, tasks or files.
 */
export const METRICS = {
  aso_files_reported_total: {
    ...{ kind: 'counter', unit: 'files', labels: ['outcome'] },
    help: 'Files that CRAB reported: accepted, known already, superseding an earlier generation, rejected.',
  },
  aso_files_rejected_total: {
    ...{ kind: 'counter', unit: 'files', labels: ['rule'] },
    help: 'Reported files that break a rule, by the rule.',
  },
  aso_files_total: {
    ...{ kind: 'counter', unit: 'files', labels: ['state', 'source', 'destination'] },
    help: 'Files that came into a state, by link; a file counts each time: SUBMITTED and RETRY once per attempt.',
  },
  aso_bytes_total: {
    ...{ kind: 'counter', unit: 'bytes', labels: ['source', 'destination'] },
    help: 'Bytes of files that are DONE, by link.',
  },
  aso_failures_total: {
    ...{ kind: 'counter', unit: 'failures', labels: ['class', 'source', 'destination'] },
    help: 'Attempts of files that failed, by failure class and link, whether another one follows or not.',
  },
  aso_stage_seconds: {
    ...{ kind: 'histogram', unit: 's', labels: ['stage', 'destination'], buckets: STAGES },
    help: 'How long files took for a stage: reported_submitted (first submission), submitted_done, done_published, done_cleaned.',
  },
  aso_deadline_used_share: {
    ...{ kind: 'histogram', unit: 'share', labels: ['destination'], buckets: [0.1, 0.25, 0.5, 0.8, 0.9, 1] },
    help: 'Of policy.stageOutTimeout, the share that the oldest file had used when an attempt failed or could not be sent.',
  },
  aso_sources_total: {
    ...{ kind: 'counter', unit: 'files', labels: ['outcome', 'source'] },
    help: 'Sources of files that are DONE: removed, or given up (uncleaned).',
  },
  aso_publications_total: {
    ...{ kind: 'counter', unit: 'files', labels: ['state', 'destination'] },
    help: 'Files whose publication became DONE or FAILED.',
  },
  aso_blocks_total: {
    ...{ kind: 'counter', unit: 'blocks', labels: ['outcome'] },
    help: 'Blocks that were tried in DBS: published, refused, partial (some files are tried again), nothing.',
  },
  aso_messages_total: {
    ...{ kind: 'counter', unit: 'requests', labels: ['message'] },
    help: 'What was asked of tasks, by message: cancel, retry, publish, priority, pause, resume, close.',
  },
  aso_history_events: {
    ...{ kind: 'histogram', unit: 'events', labels: ['workflow'] },
    buckets: [100, 500, 1000, 2000, 4096, 8192, 10_240, 20_480, 51_200],
    help: 'Events in the history of a workflow when something happened in it; a run is to end at 4,096, the server ends it at 51,200.',
  },
  aso_history_bytes: {
    ...{ kind: 'histogram', unit: 'bytes', labels: ['workflow'] },
    buckets: [65_536, 262_144, 1_048_576, 2_097_152, 4_194_304, 10_485_760, 20_971_520, 52_428_800],
    help: 'Bytes of the history of a workflow when something happened in it; a run is to end at 4 MiB, the server ends it at 50 MiB.',
  },
  aso_requests_total: {
    ...{ kind: 'counter', unit: 'requests', labels: ['service', 'operation', 'outcome'] },
    help: 'HTTP requests to FTS, DBS, CRAB and storage: 2xx, 3xx, 4xx, 429, 5xx, timeout, network, certificate.',
  },
  aso_request_seconds: {
    ...{ kind: 'histogram', unit: 's', labels: ['service', 'operation'] },
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300],
    help: 'How long HTTP requests took, whatever came of them.',
  },
  aso_fts_circuit_open: {
    ...{ kind: 'gauge', unit: 'bool', labels: ['server'] },
    help: '1 while this worker process spares an FTS server that is down, 0 once it answers again.',
  },
  aso_activity_failures_total: {
    ...{ kind: 'counter', unit: 'failures', labels: ['activity', 'failure'] },
    help: 'Activity attempts that failed and are tried again, by what failed; other: a defect. Waiting for news of FTS is no failure.',
  },
  aso_credentials: {
    ...{ kind: 'gauge', unit: 'credentials', labels: ['kind', 'left'] },
    help: 'Credentials in the store by time left: expired, lt_1h, lt_6h, lt_24h, lt_72h, more, unknown (a token that does not say), unreadable.',
  },
  aso_service_credential_seconds: {
    ...{ kind: 'gauge', unit: 's', labels: ['kind'] },
    help: "Time left of the service's own credential, which CRAB is reached with; 0: expired or unreadable.",
  },
  aso_queue_backlog: {
    ...{ kind: 'gauge', unit: 'tasks', labels: ['queue', 'kind'] },
    help: 'Tasks that wait in a Temporal task queue for a worker, as the server estimates.',
  },
  aso_queue_backlog_age_seconds: {
    ...{ kind: 'gauge', unit: 's', labels: ['queue', 'kind'] },
    help: 'How long the oldest of them has waited.',
  },
  aso_queue_pollers: {
    ...{ kind: 'gauge', unit: 'pollers', labels: ['queue', 'kind'] },
    help: 'Workers that have asked for tasks of a queue within the last minute.',
  },
  aso_open_workflows: {
    ...{ kind: 'gauge', unit: 'workflows', labels: ['workflow'] },
    help: 'Workflows that are open, by type.',
  },
  aso_rules: {
    ...{ kind: 'gauge', unit: 'rules', labels: ['rule'] },
    help: 'Rules of operators in force: paused (everything), closed_source, closed_destination, blocked_user.',
  },
  aso_breakers_tripped: {
    ...{ kind: 'gauge', unit: 'rules', labels: ['subject', 'mode'] },
    help: 'Breakers that saw too many failures, of sites and tasks: armed (they hold files), dry_run (they only tell).',
  },
  aso_files_open: {
    ...{ kind: 'gauge', unit: 'files', labels: ['state', 'source', 'destination'] },
    help: 'Files in hand by state and link, as tasks told at the last sample: NEW, SUBMITTED, RETRY, HELD. Served by aso monitor.',
  },
  aso_sample_age_seconds: {
    ...{ kind: 'gauge', unit: 's', labels: [] },
    help: 'How long ago the monitor sampled the tasks. Served by aso monitor.',
  },
  aso_sample_failures_total: {
    ...{ kind: 'counter', unit: 'failures', labels: ['sample'] },
    help: 'Samples (queues, workflows, credentials, rules) that could not be taken; their gauges then keep their last value.',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

/** Names of the metrics of a kind. */
export type MetricsOfKind<Kind extends MetricDefinition['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

/** A value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Record<(typeof METRICS)[Name]['labels'][number], string>;

/** Buckets by metric, as the SDK's runtime takes them. */
export const histogramBuckets = (): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(METRICS).flatMap(([name, metric]) => ('buckets' in metric ? [[name, [...metric.buckets]]] : [])),
  );
