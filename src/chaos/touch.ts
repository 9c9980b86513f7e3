import type { FileEvidence } from './evidence.ts';
import type { DoneAct } from './operators.ts';
import type { AskedCopy } from './verdict/generations.ts';

/** Whose copies an act may have called off, or caused to be made once more: all of a task, those of a job, or those of a batch. */
export type Touch = { kind: 'all' } | { kind: 'job'; jobId: string } | { kind: 'batch'; batch: number };

/**
 * Whether somebody's act has touched a file: then it may have been copied more often than once, and FTS's last word is not the task's.
 * @param copies what FTS was asked for to its destination
 */
export function isTouched(file: FileEvidence, copies: readonly AskedCopy[], acts: readonly DoneAct[]): boolean {
  return acts.some(({ task, done, touch }) => {
    if (!done || touch === null || task !== file.task.name) return false;
    if (touch.kind === 'job') return touch.jobId === file.job.jobId;
    // A sid is <first run of the task>/<batch>/<attempt>/<digest>.
    return touch.kind === 'all' || copies.some(({ job }) => Number(job.sid?.split('/')[1]) === touch.batch);
  });
}
