import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { TASK_QUEUES } from '../contract/task-queues.ts';
import { answerWithin } from './deadlines.ts';
import { explainedOf, NoAnswerError, RequestRefusedError, TaskNotFoundError } from './errors.ts';

/** A version of the workers, as Temporal knows it. */
export interface WorkerVersion {
  buildId: string;
  /** Gets all work that goes to no other. */
  isCurrent: boolean;
  /** Share of workflows that are tried with it, percent. */
  ramp: number;
  /** When the first of its workers was seen. */
  since: Date | null;
  /** Our queues that none of its workers has ever served. */
  missingQueues: readonly string[];
}

/** Who gets the work of a worker deployment. */
export interface WorkerVersions {
  deployment: string;
  /** The build id that gets the work; null: workers without one do. */
  current: string | null;
  /** The latest first. */
  versions: readonly WorkerVersion[];
}

/** A workflow of Temporal's own keeps each version, and answers within milliseconds or, rarely, not at all: then it is asked again. */
const ANSWER_MS = 10_000;

type Summary = temporal.api.deployment.v1.WorkerDeploymentInfo.IWorkerDeploymentVersionSummary;

const dateOf = (time: Summary['createTime']): Date | null =>
  time?.seconds ? new Date(Number(time.seconds) * 1000) : null;

/**
 * The versions of the workers, and who gets the work.
 * @throws TaskNotFoundError (no worker with a build id was ever seen), TemporalUnreachableError
 */
export async function workerVersions(client: Client, deployment: string): Promise<WorkerVersions> {
  const { namespace } = client.options;
  const { workerDeploymentInfo: info } = await asked(client, deployment, () =>
    client.workflowService.describeWorkerDeployment({ namespace, deploymentName: deployment }),
  );
  const { currentDeploymentVersion, rampingDeploymentVersion, rampingVersionPercentage } = info?.routingConfig ?? {};
  const current = currentDeploymentVersion?.buildId || null;
  const versions = (info?.versionSummaries ?? []).map(async ({ deploymentVersion, createTime }: Summary) => {
    const buildId = deploymentVersion?.buildId ?? '';
    return {
      buildId,
      isCurrent: buildId === current,
      ramp: buildId === rampingDeploymentVersion?.buildId ? (rampingVersionPercentage ?? 0) : 0,
      since: dateOf(createTime),
      missingQueues: await missingQueues(client, deployment, buildId),
    };
  });
  const latestFirst = (one: WorkerVersion, other: WorkerVersion): number => Number(other.since) - Number(one.since);
  return { deployment, current, versions: (await Promise.all(versions)).sort(latestFirst) };
}

/**
 * Gives all work to a version: new workflows at once, running ones at their next task, and so back again. Done twice it is the same.
 * @param buildId null: to workers without a build id
 * @param patienceMs so long its workers may take until they serve every queue
 * @throws RequestRefusedError where it would leave a queue unserved, TaskNotFoundError, NoAnswerError, TemporalUnreachableError
 */
export function makeCurrent(client: Client, deployment: string, buildId: string | null, patienceMs = 0): Promise<void> {
  return patiently(patienceMs, async () => {
    if (buildId !== null) await checkServed(client, deployment, buildId);
    await asked(client, deployment, () =>
      client.workflowService.setWorkerDeploymentCurrentVersion({
        ...{ namespace: client.options.namespace, deploymentName: deployment, buildId: buildId ?? '' },
        identity: client.options.identity,
      }),
    );
  });
}

/**
 * Gives a share of the workflows, chosen by their ids, to a version; the others stay with the current one.
 * @param percent 0 to 100; 0 ends the trial, and the current version gets them at their next task
 * @param patienceMs as for `makeCurrent`, and so is what is thrown
 */
export function rampTo(
  client: Client,
  deployment: string,
  buildId: string,
  percent: number,
  patienceMs = 0,
): Promise<void> {
  return patiently(patienceMs, async () => {
    if (percent > 0) await checkServed(client, deployment, buildId);
    await asked(client, deployment, () =>
      client.workflowService.setWorkerDeploymentRampingVersion({
        ...{ namespace: client.options.namespace, deploymentName: deployment },
        ...{ buildId: percent > 0 ? buildId : '', percentage: percent, identity: client.options.identity },
      }),
    );
  });
}

/** Tries again while workers are only just starting: the version is not known, or not all its queues, or Temporal is slow to tell. */
async function patiently(patienceMs: number, act: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(200)) {
    try {
      return await act();
    } catch (error) {
      const mayPass = [RequestRefusedError, TaskNotFoundError, NoAnswerError].some((kind) => error instanceof kind);
      if (!mayPass || Date.now() >= deadline) throw error;
    }
  }
}

/** Temporal compares with the queues of the version before: with the first one it compares nothing, and work of a queue nobody serves would stand still. */
async function checkServed(client: Client, deployment: string, buildId: string): Promise<void> {
  const missing = await missingQueues(client, deployment, buildId);
  if (missing.length > 0)
    throw new RequestRefusedError(
      `worker version ${buildId} does not serve ${missing.join(', ')}: start workers with ASO_WORKER_BUILD_ID=${buildId} for all roles first`,
    );
}

async function missingQueues(client: Client, deploymentName: string, buildId: string): Promise<string[]> {
  const { namespace } = client.options;
  const { versionTaskQueues = [] } = await asked(client, `${deploymentName} ${buildId}`, () =>
    client.workflowService.describeWorkerDeploymentVersion({
      namespace,
      deploymentVersion: { deploymentName, buildId },
    }),
  );
  const served = new Set(versionTaskQueues.map(({ name }) => name));
  return Object.values(TASK_QUEUES).filter((queue) => !served.has(queue));
}

async function asked<T>(client: Client, which: string, call: () => Promise<T>): Promise<T> {
  try {
    return await explainedOf(`worker deployment ${which}`, () => answerWithin(client, call, ANSWER_MS));
  } catch (error) {
    if (error instanceof TaskNotFoundError)
      throw new TaskNotFoundError(
        `Temporal knows no worker deployment ${which}: start workers with ASO_WORKER_BUILD_ID set`,
        { cause: error },
      );
    const cause = error instanceof Error ? error.cause : undefined;
    if (error instanceof NoAnswerError)
      throw new NoAnswerError(`Temporal does not say what it knows of worker deployment ${which}`, { cause: error });
    if (isGrpcServiceError(cause)) throw new RequestRefusedError(`worker deployment ${which}: ${cause.details}`, { cause: error }); // prettier-ignore
    throw error;
  }
}
