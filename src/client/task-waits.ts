import type { Client } from '@temporalio/client';
import type { FailureType } from '../contract/failure-types.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import { explained } from './errors.ts';
import { failingCalls } from './failing-calls.ts';

/** Something outside that a task's workflows wait for: an activity is tried again and again, and says why. */
export interface TaskWait {
  /** What it fails with, e.g. `CredentialUnavailable`. */
  type: FailureType;
  /** What it said last. */
  reason: string;
  /** Since when, where whoever failed knows it. */
  since: Date | null;
  /** Activities that wait for it. */
  activities: number;
}

/** Workflows of a task that are asked: each is a small read on the server. */
const ASKED = 200;
const AT_ONCE = 8;

/**
 * What the workflows of a task wait for outside of Temporal, most activities first; one entry per kind and reason. Asks Temporal itself:
 * no worker is needed, and nothing is written for it while nothing fails. Of a task with more than 200 open workflows, 200 are asked.
 * @throws TemporalUnreachableError
 */
export async function taskWaits(client: Client, task: string): Promise<TaskWait[]> {
  const query = `${SEARCH_ATTRIBUTES.task.name} = ${JSON.stringify(task)} AND ExecutionStatus = 'Running'`;
  return explained(task, async () => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) if (ids.push(workflowId) >= ASKED) break;
    const waits = new Map<string, TaskWait>();
    const askNext = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop())
        for (const wait of await waitsOf(client, id)) merge(waits, wait);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askNext));
    return [...waits.values()].sort((a, b) => b.activities - a.activities);
  });
}

async function waitsOf(client: Client, workflowId: string): Promise<TaskWait[]> {
  const calls = await failingCalls(client, workflowId);
  return calls.map(({ type, reason, since }) => ({ type, reason, since, activities: 1 }));
}

function merge(waits: Map<string, TaskWait>, wait: TaskWait): void {
  const key = `${wait.type} ${wait.reason}`;
  const known = waits.get(key);
  if (!known) return void waits.set(key, wait);
  known.activities += wait.activities;
  if (wait.since && !(known.since && known.since < wait.since)) known.since = wait.since;
}
