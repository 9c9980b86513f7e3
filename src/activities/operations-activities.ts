import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { OPERATION_QUERIES, OPERATIONS, type OperationsSnapshot } from '../contract/operations.ts';
import { WORKFLOWS } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import type { JobsWanted } from '../domain/operations/operations-state.ts';
import { inParallel } from './in-parallel.ts';
import type { OperationsActivities } from './operations.types.ts';

export interface OperationsDependencies {
  client: Client;
  /** What is wrong with an FTS server that an operator chooses; null for nothing. */
  serverFault: (server: string) => string | null;
  /** How old workers' copies of the rules may be, milliseconds. */
  rulesAgeMs: number;
  /** Has a batch's follower look now; `busy`: it could not be told, ask again. */
  lookNow: (batchId: string, since: number) => Promise<'looks' | 'busy'>;
}

/** A follower that was busy is told again after so many milliseconds, so often. */
const AGAIN_MS = 1_000;
const TRIES = 3;

/** Activities of the workflow that keeps the operators' rules. */
export function createOperationsActivities(dependencies: OperationsDependencies): OperationsActivities {
  const { client, serverFault, rulesAgeMs, lookNow } = dependencies;
  return {
    async openOperations({ firstRunId }) {
      const query = `WorkflowId = '${OPERATIONS}'`;
      const runs: { runId: string; startedAt: number }[] = [];
      for await (const { runId, startTime } of client.workflow.list({ query }))
        if (runId !== firstRunId) runs.push({ runId, startedAt: startTime.getTime() });
      runs.sort((a, b) => b.startedAt - a.startedAt);
      for (const { runId } of runs) {
        const handle = client.workflow.getHandle(OPERATIONS, runId);
        const books = await handle.query<OperationsSnapshot | null>(OPERATION_QUERIES.snapshot);
        // One that was ended before its books were open has none: those before it count.
        if (books) return books;
      }
      return null;
    },

    considerRequest({ server }) {
      return Promise.resolve({ fault: server === undefined ? null : serverFault(server) });
    },

    async lookAtOnce(wanted) {
      // Every worker has the rule by then.
      await sleep(rulesAgeMs);
      const all = await batchesOf(client, wanted);
      let batches = all;
      for (let tries = 1; batches.length > 0 && tries <= TRIES; tries += 1) {
        const since = Date.now();
        const answers = await inParallel(batches, async (id) => ({ id, answer: await lookNow(id, since) }));
        batches = answers.filter(({ answer }) => answer === 'busy').map(({ id }) => id);
        if (batches.length > 0) await sleep(AGAIN_MS);
      }
      return all.length;
    },
  };
}

const ATTRIBUTES = {
  source: SEARCH_ATTRIBUTES.source,
  destination: SEARCH_ATTRIBUTES.destination,
  user: SEARCH_ATTRIBUTES.user,
};

/** Batches that have not ended. */
async function batchesOf(client: Client, { of, name }: JobsWanted): Promise<string[]> {
  const query = `WorkflowType = '${WORKFLOWS.transferBatch}' AND ExecutionStatus = 'Running' AND ${ATTRIBUTES[of].name} = ${JSON.stringify(name)}`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
