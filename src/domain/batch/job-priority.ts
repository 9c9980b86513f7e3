import type { Policy } from '../policy.ts';
import type { BatchState } from './batch-state.ts';

/** The job in flight whose priority FTS is to be told of; null where there is none. */
export function dueForPriority(state: BatchState): { jobId: string; priority: number } | null {
  const { ftsJobId: jobId, priority, jobPriority } = state;
  if (jobId === null || priority === null || priority === jobPriority) return null;
  return state.list('sent').length > 0 ? { jobId, priority } : null;
}

/** Files of an FTS job above which it lets smaller ones go first: more than a lone job output of CMS has (two or three), far less than a full batch. */
const LARGE = 20;

/** The lowest that FTS has. */
const LOWEST = 1;

/**
 * The priority that a job of so many files is submitted with, where operators have said nothing. FTS starts a link's files by priority, then in
 * order of arrival: one user's thousands would keep everybody else waiting until they are copied. So large jobs stand one step behind small ones, and
 * among themselves nothing changes; what a link has left is theirs (docs/adr/0013-small-jobs-first.md).
 */
export const priorityFor = ({ ftsPriority }: Pick<Policy, 'ftsPriority'>, files: number): number =>
  files > LARGE ? Math.max(LOWEST, ftsPriority - 1) : ftsPriority;
