import type { Client } from '@temporalio/client';
import { findStuck, isTaskRunning, type StuckGroup } from '../client/index.ts';
import { describeOpenTasks } from '../demo/results.ts';
import type { Check } from '../demo/verification.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { explain } from './explain.ts';
import { insist } from './insist.ts';
import type { ChaosTask } from './plan.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 1_000;
/** Lists of Temporal follow what happens by about a second: an empty one counts when it has been so for so many looks. */
const QUIET_LOOKS = 3;

const CLAIM = 'tasks, each ended with all that it had begun, once everybody was well again';

/**
 * Waits until all tasks and all other workflows have ended; what has not by then is a finding, with what it waits for. So is a Temporal that
 * does not say: it has half as long again.
 */
export async function awaitEnds(
  client: Client,
  tasks: readonly ChaosTask[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<Check> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(1.5 * patienceMs)]);
  try {
    return { claim: CLAIM, count: tasks.length, problems: await lookForEnds(client, tasks, patienceMs, late) };
  } catch (error) {
    if (!late.aborted) throw error;
    return { claim: CLAIM, count: tasks.length, problems: [`Temporal does not say: ${explain(error)}`] };
  }
}

/** @returns what has not ended, and what that waits for */
async function lookForEnds(
  client: Client,
  tasks: readonly ChaosTask[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const until = Date.now() + patienceMs;
  const open = new Map(tasks.map(({ task }) => [task.name, task]));
  let running: string[] = [];
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    for (const name of open.keys()) if (!(await insist(signal, () => isTaskRunning(client, name)))) open.delete(name);
    running = open.size > 0 ? [...open.keys()] : await insist(signal, () => runningWorkflows(client));
    quiet = running.length === 0 ? quiet + 1 : 0;
    // A task may be reset after it has ended, or joined again.
    if (running.length > 0 && open.size === 0) for (const { task } of tasks) open.set(task.name, task);
    if (Date.now() > until) break;
    await sleep(LOOK_MS, undefined, { signal });
  }
  if (running.length === 0) return [];
  const left = await insist(signal, () => runningWorkflows(client));
  const stuck = await insist(signal, () => findStuck(client, { graceMs: 1_000 }).catch(() => [] as StuckGroup[]));
  return [
    ...(await insist(signal, () => describeOpenTasks(client, [...open.values()]))),
    ...left.map((workflowId) => `${workflowId} is running`),
    ...stuck.map(({ what, why }) => `${what}: ${why}`),
  ];
}

async function runningWorkflows(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: `ExecutionStatus = "Running" AND WorkflowId != "${OPERATIONS}"`,
  }))
    ids.push(workflowId);
  return ids;
}
