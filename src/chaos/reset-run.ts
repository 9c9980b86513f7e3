import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

/**
 * Resets a run of a workflow to before one of its decisions, as an operator does in Temporal's UI.
 * @param decidedBy the workflow task that decided, as histories have it: the event with which it was completed
 * @throws what Temporal answers
 */
export async function resetRun(
  client: Client,
  workflowId: string,
  runId: string,
  decidedBy: number,
  reason = 'an operator repairs something',
): Promise<void> {
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason,
    requestId: randomUUID(),
    workflowTaskFinishEventId: decidedBy as unknown as never,
  });
}
