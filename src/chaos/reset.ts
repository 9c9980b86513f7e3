import { isGrpcServiceError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { resetRun } from './reset-run.ts';

/**
 * Resets a workflow to one of the decisions that it has taken, as an operator does in Temporal's UI: what it did after that it decides
 * again, and what it was told after that it is told again.
 *
 * @param pick which decision: from 0, the first, to 1, the last
 * @returns what was done, in words; null where there is no such workflow, or it has not decided anything
 * @throws what Temporal answers
 */
export async function resetWorkflow(client: Client, workflowId: string, pick: number): Promise<string | null> {
  const handle = client.workflow.getHandle(workflowId);
  const { events } = await handle.fetchHistory().catch((error: unknown) => {
    if (isMissing(error)) return { events: [] };
    throw error;
  });
  const decisions = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  const decision = decisions[Math.floor(pick * decisions.length)];
  if (!decision) return null;
  const { runId, status } = await handle.describe();
  await resetRun(client, workflowId, runId, Number(decision.eventId), 'an operator resets it in the midst of chaos');
  return `${workflowId} (${status.name.toLowerCase()}) to decision ${decisions.indexOf(decision) + 1} of ${decisions.length}`;
}

/** gRPC's NOT_FOUND is 5. */
const isMissing = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && Number(error.code) === 5);
