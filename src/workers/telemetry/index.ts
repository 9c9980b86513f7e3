import type { Client } from '@temporalio/client';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Config } from '../../config/index.ts';
import type { EventSinks } from '../../contract/event-sinks.ts';
import type { CredentialStore } from '../../ports/credentials.ts';
import type { OperatorRulesPort } from '../../ports/operator-rules.ts';
import { countFailures } from './activity-failures.ts';
import { credentialSample } from './credential-sample.ts';
import { createMetrics } from './metrics.ts';
import { rulesSample } from './rules-sample.ts';
import { startSampling } from './sampler.ts';
import { watchServices, type ServiceWatch } from './services.ts';
import { SiteLabels } from './site-labels.ts';
import { taskEvents } from './task-events.ts';
import { queueSample, workflowSample } from './temporal-samples.ts';

/** What workers are given so that their work is counted and logged. */
export interface WorkTelemetry {
  sinks: InjectedSinks<EventSinks>;
  activityInterceptors: ActivityInterceptorsFactory[];
}

/** Everything a worker process tells of itself: metrics of our own, and the lines of the log that are about tasks. */
export interface Telemetry extends WorkTelemetry {
  services: ServiceWatch;
  /** Begins to look at queues, workflows, credentials and operators' rules from time to time. */
  sample(client: Client, store: CredentialStore, rules: OperatorRulesPort): { close(): void };
}

/** @param meter the runtime's: what it is told is served at `metricsAddress`, if at all */
export function createTelemetry(config: Pick<Config, 'siteconf'>, log: Logger, meter: MetricMeter): Telemetry {
  const metrics = createMetrics(meter);
  return {
    sinks: taskEvents({ metrics, log, sites: new SiteLabels(config.siteconf) }),
    activityInterceptors: [countFailures(metrics)],
    services: watchServices(metrics),
    sample: (client, store, rules) => {
      const samples = [queueSample(client), workflowSample(client), credentialSample(store), rulesSample(rules)];
      return startSampling(metrics, samples);
    },
  };
}

const ignore = { fn(): void {} };

/** Tells nothing: for replays, and for tests of other things. */
export const NO_TELEMETRY: WorkTelemetry = {
  sinks: { events: { files: ignore, block: ignore, reported: ignore, asked: ignore } },
  activityInterceptors: [],
};
