import type { Client } from '@temporalio/client';

/** What Temporal keeps of some workflows. */
export interface HistorySums {
  runs: number;
  /** Changes of state that Temporal wrote to its store. */
  transitions: number;
  events: number;
  /** After the codec. */
  bytes: number;
}

/** Everything of tasks; what runs beside them is nobody's cost. */
export const OF_TASKS = `WorkflowId STARTS_WITH 'task/'`;

/** Workflows that are asked for at a time. */
const AT_ONCE = 8;

/** Sums over all runs that a query finds, by type of workflow. */
export async function sumHistories(client: Client, query = OF_TASKS): Promise<Record<string, HistorySums>> {
  const sums: Record<string, HistorySums> = {};
  const runs = client.workflow.list({ query })[Symbol.asyncIterator]();
  const sumNext = async (): Promise<void> => {
    for (let next = await runs.next(); !next.done; next = await runs.next()) {
      const { type, workflowId, runId } = next.value;
      // The list tells the length only of what it has heard the end of.
      const { historyLength, historySize, raw } = await client.workflow.getHandle(workflowId, runId).describe();
      const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0);
      const one = { runs: 1, transitions, events: historyLength, bytes: historySize ?? 0 };
      sums[type] = totalOf(sums[type] ? [sums[type], one] : [one]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sumNext));
  return sums;
}

export function totalOf(all: readonly HistorySums[]): HistorySums {
  const sum: HistorySums = { runs: 0, transitions: 0, events: 0, bytes: 0 };
  for (const one of all) for (const name of Object.keys(sum) as (keyof HistorySums)[]) sum[name] += one[name];
  return sum;
}
