import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Postgresql } from '../../src/servers/postgresql.ts';
import type { Rig } from '../../test/support/rig.ts';
import { rowsOfRuns } from '../support/database-size.ts';

/** gRPC's status code. */
const NOT_FOUND = 5;
const PATIENCE_MS = 60_000;

/**
 * Does to all closed workflows what the end of their retention does. Returns when no more than `most` of their rows are left, or nothing
 * more can be hoped for.
 * @returns how many are left
 */
export async function deleteClosed(
  { database, rig }: { database: Postgresql; rig: Rig },
  most: number,
): Promise<number> {
  const { workflow, workflowService } = rig.client;
  const { namespace } = rig.server;
  const left = async (): Promise<number> => {
    // Again and again: the last of them may have closed since.
    for await (const { workflowId, runId } of workflow.list({ query: `ExecutionStatus != 'Running'` }))
      await workflowService
        .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
        .catch(unlessGone);
    const open = (await workflow.count(`ExecutionStatus = 'Running'`)).count;
    // One of the run itself, one in the list.
    return (await rowsOfRuns(database, namespace)) - 2 * open;
  };
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const rows = await left();
    if (rows <= most || Date.now() > deadline) return rows;
    await sleep(1_000);
  }
}

/** It may be gone already, and only the list not know yet. */
function unlessGone(error: unknown): void {
  if (!isGrpcServiceError(error) || Number(error.code) !== NOT_FOUND) throw error;
}
