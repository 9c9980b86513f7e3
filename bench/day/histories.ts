import type { Client } from '@temporalio/client';

/** Sums over all runs of a type of workflow. */
export interface HistorySums {
  runs: number;
  transitions: number;
  events: number;
  /** As they were stored. */
  bytes: number;
}

/** What Temporal keeps of all workflows of tasks that have ended, by type. */
export async function historySums(client: Client): Promise<Record<string, HistorySums>> {
  const sums: Record<string, HistorySums> = {};
  const query = `WorkflowId STARTS_WITH 'task/' AND ExecutionStatus != 'Running'`;
  for await (const { type, historyLength, raw } of client.workflow.list({ query, pageSize: 1000 })) {
    const sum = (sums[type] ??= { runs: 0, transitions: 0, events: 0, bytes: 0 });
    sum.runs += 1;
    sum.events += historyLength;
    sum.bytes += Number(raw.historySizeBytes ?? 0);
    sum.transitions += Number(raw.stateTransitionCount ?? 0);
  }
  return sums;
}
