import { z } from 'zod';
import { policySchema } from './policy-schema.ts';
import {
  address,
  brokerUrls,
  deploymentName,
  destinations,
  hostNames,
  directory,
  name,
  number,
  oneOf,
  pageOrigins,
  optionalAddress,
  optionalBuildId,
  optionalDirectory,
  optionalFile,
  optionalFiles,
  optionalProgram,
  optionalServiceUrl,
  optionalPath,
  serviceUrl,
  serviceUrls,
  whole,
  workerName,
} from './setting.ts';

const slots = (fallback: number, what: string) => whole(fallback, 1, 1000, 'activities', `${what} at a time`);

const workerSchema = z.strictObject({
  maxConcurrentWorkflowTasks: whole(40, 2, 1000, 'tasks', 'Workflow tasks at a time'),
  cachedWorkflows: whole(500, 0, 100_000, 'workflows', 'Workflows kept in memory between their tasks'),
  activitySlots: z
    .strictObject({
      fts: slots(20, 'Submissions and cancels'),
      ftsFollow: slots(100, 'Looks at FTS jobs, with first pauses that are held before them (half of it at most),'),
      catalog: slots(10, 'Calls to DBS'),
      storage: slots(50, 'Looks at storage and deletions'),
      crab: slots(20, 'Calls to CRAB'),
    })
    .prefault({}),
  deployment: deploymentName('asyncstageout', "Name of the workers as Temporal's worker deployment"),
  buildId: optionalBuildId(
    'Version of the code: its workers get work when it is current (`aso deployment`); none: they take what no version gets',
  ),
  shutdownGraceSeconds: whole(30, 0, 3600, 's', 'Running activities may take so long to end at shutdown'),
});

/** CRAB's own numbers: FTS jobs wait in queues for most of a day. FTS takes no job when less than an hour is left. */
const delegationSchema = z.strictObject({
  lifetime: number(48, 2, 720, 'hours', 'How long a credential delegated to FTS is to be good for'),
  renewBelow: number(24, 1, 720, 'hours', 'It is delegated again when less than this is left'),
});

const ftsSchema = z.strictObject({
  activity: name('ASO', "FTS's activity of our copies: the share of busy links that they get"),
  maxConcurrentRequests: whole(20, 1, 1000, 'requests', 'Requests to one FTS server at a time, per worker process'),
  requestsPerSecond: whole(
    100,
    1,
    10_000,
    'requests/s',
    'Requests to one FTS server begun in a second, per worker process',
  ),
});

/** Each experiment's messages are among those of all others: there is no topic of CMS alone. */
const FTS_TOPICS = ['/topic/transfer.fts_monitoring_complete', '/topic/transfer.fts_monitoring_state'];

const ftsEventsSchema = z.strictObject({
  brokers: brokerUrls("Message brokers that FTS tells of its copies' ends; none: looks alone"),
  destinations: destinations(FTS_TOPICS, 'Topics or queues of its messages there'),
  loginFile: optionalFile('Two lines, user and password for the brokers'),
  certificateFile: optionalFile('PEM, certificate and key for the brokers'),
  delay: number(1, 0, 60, 's', 'From a message to the look at FTS; its database is a moment behind its messages'),
  interval: number(10, 0.05, 3600, 's', 'Between two looks that messages about one FTS job bring about'),
});

/** What operators change is to take effect within 30 s: the copy's age and the pause of what is held add up. */
const operationsSchema = z.strictObject({
  refresh: number(10, 0.05, 10, 's', "How old a worker's copy of the operators' rules may be, and how often what is held looks at it"), // prettier-ignore
  report: number(15, 0.05, 60, 's', 'How often a worker tells the breakers what became of copies'),
});

const codecServerSchema = z.strictObject({
  listen: address('127.0.0.1:8081', 'Where `aso codec-server` listens'),
  tokenFile: optionalFile(
    'The token that its users show, one line; needed where it listens to others than this machine',
  ),
  origins: pageOrigins(['http://localhost:8233'], "Origins of Temporal's UI: pages of others get nothing"),
});

const monitorSchema = z.strictObject({
  listen: address('127.0.0.1:8089', 'Where the monitor page is served; elsewhere than on loopback a token is needed'),
  tokenFile: optionalFile('Holds the token that opens the monitor page; none: anybody on this machine may look'),
  hosts: hostNames('Names by which a proxy asks for the monitor page, besides those of loopback'),
  database: optionalFile("The monitor's history; none: asyncstageout/monitor.sqlite in the user's state folder"),
  interval: number(30, 0.2, 3600, 's', 'Between two samples of the open tasks'),
  keepMinutes: whole(2, 1, 30, 'days', 'How long the history is kept by minute'),
  keepHours: whole(90, 2, 3650, 'days', 'How long it is kept by hour, and tasks that have ended with it'),
  stuckAfter: number(60, 0, 3600, 's', 'Tasks on which everything has moved within so long are not looked into for what is stuck'), // prettier-ignore
  temporalUi: serviceUrl('http://localhost:8233', "Temporal's own pages, which numbers of the monitor page link to"),
  prometheusUrl: optionalServiceUrl('Prometheus, for what happened over time; none: the own history'),
});

/** All settings of this project. How to reach Temporal is Temporal's own configuration: see temporal.ts. */
export const configSchema = z.strictObject({
  ftsServer: serviceUrl('https://fts3-cms.cern.ch:8446', 'FTS3 server that serves every site'),
  ftsAlternatives: serviceUrls('FTS3 servers that take over what is not submitted yet where the wanted one is down'),
  ftsHosts: hostNames('Hosts whose FTS3 servers storage.json may name, besides those of ftsServer and ftsAlternatives'),
  fts: ftsSchema.prefault({}),
  operations: operationsSchema.prefault({}),
  ftsEvents: ftsEventsSchema.prefault({}),
  crabUrl: serviceUrl('https://cmsweb.cern.ch/crabserver/prod', 'CRAB REST server'),
  dbsHosts: hostNames(
    "Hosts whose DBS CRAB's tasks may name, besides that of crabUrl: users' credentials are shown there",
  ),
  crabWorker: workerName('asyncstageout', "Whose CRAB's rows are while files are in our hands (`tm_aso_worker`)"),
  siteconf: directory('/cvmfs/cms.cern.ch/SITECONF', "Sites' storage.json files"),
  credentials: optionalDirectory('Proxies and tokens, one folder per user; none: files wait for credentials'),
  trustAnchors: optionalPath(
    '/etc/grid-security/certificates',
    "Certificates of the authorities that servers are verified by; none: Node's own",
  ),
  delegation: delegationSchema.prefault({}),
  gfalRm: optionalProgram(
    '`gfal-rm`, for sources without WebDAV; gfal-stat and gfal-sum lie beside it; none: as on PATH',
  ),
  groups: optionalFiles('Files naming the members of each group under /store/group; none: any group is allowed'),
  logLevel: oneOf(['trace', 'debug', 'info', 'warn', 'error'], 'info', 'What is logged'),
  logFormat: oneOf(['auto', 'json', 'pretty'], 'auto', 'How it is logged; auto: pretty on a terminal, else JSON'),
  payloadKeys: optionalFile(
    'Keys that payloads are encrypted with, a line `<id> <base64 of 32 bytes>` each, the first one for what is written; none: they are not',
  ),
  codecServer: codecServerSchema.prefault({}),
  metricsAddress: optionalAddress('Where Prometheus finds the metrics'),
  retentionDays: whole(45, 1, 3650, 'days', 'How long Temporal keeps closed workflows: as long the same file is known'),
  worker: workerSchema.prefault({}),
  monitor: monitorSchema.prefault({}),
  policy: policySchema.prefault({}),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** The whole configuration, valid and frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

/** A rule between two settings, checked when each is valid by itself. */
export interface CrossRule {
  lower: string;
  upper: string;
  /** The same value for both is refused too. */
  strict?: boolean;
}

/** Pairs that must stand in this order. Values are compared in seconds. */
export const CROSS_RULES: readonly CrossRule[] = [
  { lower: 'policy.followGrid', upper: 'policy.followFirst' },
  { lower: 'policy.followFirst', upper: 'policy.followMax' },
  { lower: 'policy.fileTimeout', upper: 'policy.jobTimeout' },
  { lower: 'policy.ftsMaxTimeInQueue', upper: 'policy.jobTimeout' },
  { lower: 'policy.jobTimeout', upper: 'policy.stageOutTimeout' },
  { lower: 'policy.batchWindow', upper: 'policy.stageOutTimeout', strict: true },
  { lower: 'policy.stageOutTimeout', upper: 'policy.taskLifetime', strict: true },
  { lower: 'policy.blockTimeout', upper: 'policy.taskLifetime', strict: true },
  { lower: 'policy.metadataTimeout', upper: 'policy.taskLifetime', strict: true },
  { lower: 'monitor.keepMinutes', upper: 'monitor.keepHours' },
  { lower: 'delegation.renewBelow', upper: 'delegation.lifetime', strict: true },
  { lower: 'ftsEvents.delay', upper: 'ftsEvents.interval' },
  { lower: 'policy.retryDelay', upper: 'policy.retryDelayMax' },
  { lower: 'policy.cleanupDelay', upper: 'policy.cleanupDelayMax' },
  { lower: 'policy.cleanupDelayMax', upper: 'policy.cleanupTimeout' },
  { lower: 'policy.cleanupTimeout', upper: 'policy.sourceRetention' },
  // What a task may still try again has its source.
  { lower: 'policy.stageOutTimeout', upper: 'policy.sourceRetention' },
  // What is left behind is known as long as the closed workflows of its task are.
  { lower: 'policy.sourceRetention', upper: 'retentionDays' },
  // A task may be joined again while it lives; that its files are known depends on its closed workflow being kept.
  { lower: 'policy.taskLifetime', upper: 'retentionDays' },
];
