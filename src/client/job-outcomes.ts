import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { JobRef } from '../contract/crab-record.ts';
import { jobOutputId } from '../contract/ids.ts';
import { WORKFLOWS, type JobOutcome } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { signalWithin } from './deadlines.ts';
import { explained, isAskedTooMuch, JobFailedError, JobNotFoundError } from './errors.ts';
import type { JobOutputWorkflow } from './submit.ts';
import { quoted } from './visibility.ts';

/** How often many waits together are looked at: docs/adr says what that costs. */
const LOOK_EVERY_MS = 15_000;
/** Results fetched at a time. */
const IN_FLIGHT = 10;
/** A frontend lists ten times a second for a namespace, unless it is configured otherwise, so that few lists have to do. */
const TASKS_A_LIST = 50;

/** What became of a wait for one of many jobs. */
export type JobResult = { job: JobRef; outcome: JobOutcome } | { job: JobRef; error: Error };

/**
 * Waits for the outcome of a job output that was reported with `startJobOutput`; may be asked again at any time. By long poll; where Temporal
 * has no room for another one (1,200 a frontend, unless it is configured otherwise) it asks again every `everyMs` or so.
 * @throws JobNotFoundError, JobFailedError, TemporalUnreachableError
 */
export function jobOutcome(
  client: Client,
  job: JobRef,
  { everyMs = LOOK_EVERY_MS }: { everyMs?: number } = {},
): Promise<JobOutcome> {
  return ofJob(job, async () => {
    for (;;) {
      const outcome = await resultIfRoom(client, job);
      if (outcome) return outcome;
      // Apart from each other, since many meet the limit at once.
      await sleep(everyMs * (0.5 + Math.random()));
    }
  });
}

/**
 * The outcome of a job output, or null where it is still waited for, or Temporal has no room to tell it just now.
 * @throws as `jobOutcome`
 */
export function jobOutcomeNow(client: Client, job: JobRef): Promise<JobOutcome | null> {
  return ofJob(job, async () => {
    const handle = handleOf(client, job);
    const { status } = await signalWithin(client, () => handle.describe());
    return status.name === 'RUNNING' ? null : resultIfRoom(client, job);
  });
}

/** The result of a job output, by a long poll; null where Temporal takes no more of them. */
async function resultIfRoom(client: Client, job: JobRef): Promise<JobOutcome | null> {
  try {
    return await handleOf(client, job).result();
  } catch (error) {
    if (isAskedTooMuch(error)) return null;
    throw error;
  }
}

/**
 * Waits for many jobs at once, and yields what became of each when it is known. Asks Temporal for all jobs together, once in `everyMs`: a
 * request for each 50 tasks, or each 1,000 jobs. One that fails is yielded as its error; the others go on.
 * @throws TemporalUnreachableError; asked again for the jobs that are missing, it goes on
 */
export async function* jobOutcomes(
  client: Client,
  jobs: Iterable<JobRef>,
  { everyMs = LOOK_EVERY_MS, signal }: { everyMs?: number; signal?: AbortSignal } = {},
): AsyncGenerator<JobResult> {
  const waiting = new Map([...jobs].map((job) => [idOf(job), job]));
  while (waiting.size) {
    signal?.throwIfAborted();
    const running = await runningJobs(client, new Set([...waiting.values()].map(({ task }) => task)));
    const ended = [...waiting].filter(([id]) => !running.has(id)).map(([, job]) => job);
    for (let i = 0; i < ended.length; i += IN_FLIGHT)
      for (const result of await Promise.all(ended.slice(i, i + IN_FLIGHT).map((job) => resultNow(client, job)))) {
        if (!result) continue;
        waiting.delete(idOf(result.job));
        yield result;
      }
    if (waiting.size) await sleep(everyMs, undefined, signal ? { signal } : {});
  }
}

const idOf = ({ task, jobId, retry }: JobRef): string => jobOutputId(task, jobId, retry);
const handleOf = (client: Client, job: JobRef) => client.workflow.getHandle<JobOutputWorkflow>(idOf(job));

/** Ids of the jobOutput workflows that have not ended. What Temporal lists may be a second old, so that one may be missing. */
async function runningJobs(client: Client, tasks: ReadonlySet<string>): Promise<Set<string>> {
  const running = new Set<string>();
  const names = [...tasks];
  for (let at = 0; at < names.length; at += TASKS_A_LIST) {
    const some = names.slice(at, at + TASKS_A_LIST);
    const ofTasks = `${SEARCH_ATTRIBUTES.task.name} IN (${some.map(quoted).join(', ')})`;
    const query = `WorkflowType = '${WORKFLOWS.jobOutput}' AND ${ofTasks} AND ExecutionStatus = 'Running'`;
    await explained('*', async () => {
      for await (const { workflowId } of client.workflow.list({ query, pageSize: 1000 })) running.add(workflowId);
    });
  }
  return running;
}

async function resultNow(client: Client, job: JobRef): Promise<JobResult | null> {
  try {
    const outcome = await jobOutcomeNow(client, job);
    return outcome && { job, outcome };
  } catch (error) {
    if (error instanceof JobNotFoundError || error instanceof JobFailedError) return { job, error };
    throw error;
  }
}

async function ofJob<T>(job: JobRef, call: () => Promise<T>): Promise<T> {
  const what = `job ${job.jobId} (retry ${job.retry}) of task ${job.task}`;
  return explained(job.task, async () => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError)
        throw new JobNotFoundError(`nothing waits for ${what}`, { cause: error });
      if (error instanceof WorkflowFailedError)
        throw new JobFailedError(`the wait for ${what} failed: ${error.cause?.message ?? error.message}`, { cause: error }); // prettier-ignore
      throw error;
    }
  });
}
