import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities, type ActivityDependencies } from '../activities/index.ts';
import { dataConverter } from '../client/data-converter.ts';
import type { Config } from '../config/index.ts';
import { ALL_ROLES, ROLES, type Role } from './roles.ts';
import { NO_TELEMETRY, type WorkTelemetry } from './telemetry/index.ts';

export interface CreateWorkersOptions {
  connection: NativeConnection;
  namespace: string;
  dependencies: ActivityDependencies;
  tuning: Config['worker'];
  /** @default all */
  roles?: readonly Role[];
  /** Workflow code, bundled. @default the one that was built; in a checkout it is bundled now, which takes about a second */
  workflowBundle?: WorkflowBundleOption;
  /** @default none */
  telemetry?: WorkTelemetry;
}

/** Bundles the workflows from their sources. */
export const bundleWorkflows = (): ReturnType<typeof bundleWorkflowCode> =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../workflows/index${import.meta.url.slice(-3)}`, import.meta.url)),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
  });

/** `npm run build` leaves the bundle beside the compiled sources: all workers of a release run the very same workflow code. */
async function builtBundle(): Promise<WorkflowBundleOption> {
  const codePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
  return existsSync(codePath) ? { codePath } : bundleWorkflows();
}

/** One worker per role, sharing the connection. They do not run yet. */
export async function createWorkers(options: CreateWorkersOptions): Promise<Worker[]> {
  const { connection, namespace, dependencies, tuning, roles = ALL_ROLES, telemetry = NO_TELEMETRY } = options;
  const activities = createActivities(dependencies);
  const activityOf: Record<Role, object> = { ...activities, 'fts-follow': activities.ftsFollow };
  const slotsOf: Record<Role, number> = {
    ...tuning.activitySlots,
    'fts-follow': tuning.activitySlots.ftsFollow,
    // They only pass messages on to Temporal.
    workflows: 100,
  };
  return Promise.all(
    roles.map(async (role) => {
      const workflows =
        role === 'workflows'
          ? {
              workflowBundle: options.workflowBundle ?? (await builtBundle()),
              maxCachedWorkflows: tuning.cachedWorkflows,
              maxConcurrentWorkflowTaskExecutions: tuning.maxConcurrentWorkflowTasks,
            }
          : {};
      return Worker.create({
        connection,
        namespace,
        dataConverter,
        taskQueue: ROLES[role],
        activities: activityOf[role],
        maxConcurrentActivityTaskExecutions: slotsOf[role],
        shutdownGraceTime: `${tuning.shutdownGraceSeconds}s`,
        // Beyond that, what still runs is given up and will be retried elsewhere.
        shutdownForceTime: `${tuning.shutdownGraceSeconds + 10}s`,
        maxHeartbeatThrottleInterval: '10s',
        sinks: telemetry.sinks,
        interceptors: { activity: telemetry.activityInterceptors },
        ...workflows,
      });
    }),
  );
}
