import type { Client } from '@temporalio/client';
import { OPERATION_QUERIES, OPERATIONS, type OperationsSnapshot } from '../contract/operations.ts';
import type { OperationsActivities } from './types.ts';

export interface OperationsDependencies {
  client: Client;
  /** What is wrong with an FTS server that an operator chooses; null for nothing. */
  serverFault: (server: string) => string | null;
}

/** Activities of the workflow that keeps the operators' rules. */
export function createOperationsActivities({ client, serverFault }: OperationsDependencies): OperationsActivities {
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
  };
}
