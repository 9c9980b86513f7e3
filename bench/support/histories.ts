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

/** By type of workflow. */
export type SumsByType = Record<string, HistorySums>;

/** Everything of tasks; what runs beside them is nobody's cost. */
export const OF_TASKS = `WorkflowId STARTS_WITH 'task/'`;

/** Those that have not ended. */
export const OPEN_OF_TASKS = `${OF_TASKS} AND ExecutionStatus = 'Running'`;

/** Workflows that are asked for at a time. */
const AT_ONCE = 8;

/** Sums over all runs of tasks' workflows: continued ones, ended ones and open ones. */
export async function sumHistories({ workflow }: Client): Promise<SumsByType> {
  const sums: SumsByType = {};
  const runs = workflow.list({ query: OF_TASKS })[Symbol.asyncIterator]();
  const sumNext = async (): Promise<void> => {
    for (let next = await runs.next(); !next.done; next = await runs.next()) {
      const { type, workflowId, runId } = next.value;
      // The list tells the length only of what it has heard the end of.
      const { historyLength, historySize, raw } = await workflow.getHandle(workflowId, runId).describe();
      const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0);
      enter(sums, type, { runs: 1, transitions, events: historyLength, bytes: historySize ?? 0 });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sumNext));
  return sums;
}

/** The same of runs that have ended, from the list alone: for hundreds of thousands of them. */
export async function sumEnded({ workflow }: Client): Promise<SumsByType> {
  const sums: SumsByType = {};
  const query = `${OF_TASKS} AND ExecutionStatus != 'Running'`;
  for await (const { type, historyLength: events, raw } of workflow.list({ query, pageSize: 1000 })) {
    const transitions = Number(raw.stateTransitionCount ?? 0);
    enter(sums, type, { runs: 1, transitions, events, bytes: Number(raw.historySizeBytes ?? 0) });
  }
  return sums;
}

/** The sum of some. */
export function totalOf(all: Iterable<HistorySums>): HistorySums {
  const sum = { ...NOTHING };
  for (const one of all) for (const name of NAMES) sum[name] += one[name];
  return sum;
}

/** What has come since. */
export function sumsSince(before: SumsByType, now: SumsByType): SumsByType {
  const less = (sums: HistorySums, known = NOTHING): HistorySums =>
    Object.fromEntries(NAMES.map((name) => [name, sums[name] - known[name]])) as unknown as HistorySums;
  return Object.fromEntries(Object.entries(now).map(([type, sums]) => [type, less(sums, before[type])]));
}

const NOTHING: Readonly<HistorySums> = { runs: 0, transitions: 0, events: 0, bytes: 0 };
const NAMES = Object.keys(NOTHING) as (keyof HistorySums)[];

function enter(sums: SumsByType, type: string, one: HistorySums): void {
  sums[type] = totalOf([sums[type] ?? NOTHING, one]);
}
