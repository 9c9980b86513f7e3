import type { BatchState } from './batch-state.ts';

/** The job in flight whose priority FTS is to be told of; null where there is none. */
export function dueForPriority(state: BatchState): { jobId: string; priority: number } | null {
  const { ftsJobId: jobId, priority, jobPriority } = state;
  if (jobId === null || priority === null || priority === jobPriority) return null;
  return state.list('sent').length > 0 ? { jobId, priority } : null;
}
