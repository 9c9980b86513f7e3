import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import {
  bundleWorkflowCode,
  Worker,
  type NativeConnection,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { createActivities, type ActivityDependencies } from '../activities/index.ts';
import { dataConverter as plainConverter, ENCODED_FAILURES } from '../client/data-converter.ts';
import type { Config } from '../config/index.ts';
import { activityAttempts } from './attempts.ts';
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
  /** How payloads are written. @default compressed where they are large, not encrypted */
  dataConverter?: DataConverter;
}

/**
 * Bundles the workflows from their sources.
 * @param encrypted for workers whose payloads are encrypted
 * @param interceptors paths of modules that change what the workflows do
 */
export const bundleWorkflows = (
  encrypted = false,
  interceptors: readonly string[] = [],
): ReturnType<typeof bundleWorkflowCode> =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../workflows/index${import.meta.url.slice(-3)}`, import.meta.url)),
    workflowInterceptorModules: [
      ...['details', 'run-reset', 'read-ahead'].map((name) =>
        fileURLToPath(new URL(`../workflows/${name}${import.meta.url.slice(-3)}`, import.meta.url)),
      ),
      ...interceptors,
    ],
    preloadModules: pureModules(),
    ...(encrypted ? { failureConverterPath: ENCODED_FAILURES } : {}),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
  });

/** The modules of src/domain: they keep no state, so that all workflows of a worker may share them and none loads its own. */
function pureModules(): string[] {
  const folder = fileURLToPath(new URL('../domain', import.meta.url));
  const isModule = (name: string): boolean => name.endsWith(import.meta.url.slice(-3)) && !name.endsWith('.d.ts');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(isModule)
    .sort()
    .map((name) => join(folder, name));
}

/**
 * The workflows of this build, for workers that write payloads so. `npm run build` leaves the bundles beside the compiled sources: all workers of
 * a release run the very same workflow code.
 */
export async function workflowBundle({ failureConverterPath }: DataConverter): Promise<WorkflowBundleOption> {
  const encrypted = failureConverterPath !== undefined;
  const name = encrypted ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js';
  const codePath = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  return existsSync(codePath) ? { codePath } : bundleWorkflows(encrypted);
}

/** One worker per role, sharing the connection. They do not run yet. */
export async function createWorkers(options: CreateWorkersOptions): Promise<Worker[]> {
  const { connection, namespace, dependencies, tuning, roles = ALL_ROLES } = options;
  const { dataConverter = plainConverter, telemetry = NO_TELEMETRY } = options;
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
              workflowBundle: options.workflowBundle ?? (await workflowBundle(dataConverter)),
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
        ...versioned(tuning),
        sinks: telemetry.sinks,
        interceptors: { activity: [activityAttempts, ...telemetry.activityInterceptors] },
        ...workflows,
      });
    }),
  );
}

/**
 * With a build id Temporal says which version works. All workflows go to the current one at their next task, also in the middle (docs/adr/0010):
 * a version that is gone leaves nothing behind that waits for it.
 */
function versioned({ deployment: deploymentName, buildId }: Config['worker']): Partial<WorkerOptions> {
  if (buildId === null) return {};
  const version = { deploymentName, buildId };
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
  };
}
