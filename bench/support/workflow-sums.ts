import type { Client } from '@temporalio/client';

/** Everything of tasks; what runs beside them is nobody's cost. */
export const OF_TASKS = `WorkflowId STARTS_WITH 'task/'`;

/** What Temporal keeps of workflows, summed. */
export interface WorkflowSums {
  runs: number;
  transitions: number;
  events: number;
  /** Of history, after the codec. */
  bytes: number;
}

/** Executions asked about at a time. */
const AT_ONCE = 16;

/** Sums over all executions of tasks, by type of workflow: continued runs, ended ones and open ones. */
export async function sumWorkflows({ workflow }: Client): Promise<Record<string, WorkflowSums>> {
  const sums: Record<string, WorkflowSums> = {};
  const executions = workflow.list({ query: OF_TASKS })[Symbol.asyncIterator]();
  const sumNext = async (): Promise<void> => {
    for (let next = await executions.next(); !next.done; next = await executions.next()) {
      const { type, workflowId, runId } = next.value;
      // The list tells the length only of what it has heard the end of.
      const { historyLength, historySize, raw } = await workflow.getHandle(workflowId, runId).describe();
      const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0);
      const one = { runs: 1, transitions, events: historyLength, bytes: historySize ?? 0 };
      sums[type] = addSums(sums[type], one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sumNext));
  return sums;
}

/** The sum of some. */
export const totalOf = (all: Iterable<WorkflowSums>): WorkflowSums =>
  [...all].reduce<WorkflowSums>(addSums, { runs: 0, transitions: 0, events: 0, bytes: 0 });

/** What has come since. */
export function sumsSince(before: Record<string, WorkflowSums>, now: Record<string, WorkflowSums>): typeof now {
  const negative = ({ runs, transitions, events, bytes }: WorkflowSums): WorkflowSums => ({
    ...{ runs: -runs, transitions: -transitions, events: -events, bytes: -bytes },
  });
  return Object.fromEntries(
    Object.entries(now).map(([type, sums]) => [type, before[type] ? addSums(sums, negative(before[type])) : sums]),
  );
}

function addSums(a: WorkflowSums | undefined, b: WorkflowSums): WorkflowSums {
  if (!a) return b;
  return {
    runs: a.runs + b.runs,
    transitions: a.transitions + b.transitions,
    events: a.events + b.events,
    bytes: a.bytes + b.bytes,
  };
}
