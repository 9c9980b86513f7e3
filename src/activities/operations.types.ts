import type { JobsWanted, OperationsSnapshot } from '../domain/operations/operations-state.ts';

/** Activities of the workflow that keeps the operators' rules; on the workflows' own task queue. */
export interface OperationsActivities {
  /** The books of the newest earlier run that ended; null where there is none. */
  openOperations(request: { firstRunId: string }): Promise<OperationsSnapshot | null>;
  /** What is wrong with a request that only a worker can tell; null for nothing. Its stamp is the time of the request. */
  considerRequest(request: { server?: string }): Promise<{ fault: string | null }>;
  /** Has followers of jobs in FTS look now, with the newest rules, instead of after their pause. Answers how many there are. */
  lookAtOnce(request: JobsWanted): Promise<number>;
}
