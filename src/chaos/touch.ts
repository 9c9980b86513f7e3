import type { FileEvidence } from './evidence.ts';
import type { DoneAct } from './operators.ts';
import type { AskedCopy } from './verdict/generations.ts';

/** Whose copies an act may have called off, or caused to be made once more: all of a task, those of a job, or those of a batch. */
export type Touch = { kind: 'all' } | { kind: 'job'; jobId: string } | { kind: 'batch'; batch: number };

/** An act may have touched a file, going by what it was asked for. */
export const isSelected = ({ task, job }: FileEvidence, act: DoneAct): boolean =>
  act.task === task.name && (act.touch?.kind === 'all' || (act.touch?.kind === 'job' && act.touch.jobId === job.jobId));

/** The batch of a file was reset: what it has decided since it decides again. @param copies what FTS was asked for to its destination */
export const isBatchReset = (file: FileEvidence, copies: readonly AskedCopy[], acts: readonly DoneAct[]): boolean =>
  acts.some(
    ({ task, done, touch }) =>
      done &&
      task === file.task.name &&
      touch?.kind === 'batch' &&
      copies.some((copy) => batchOf(copy) === touch.batch),
  );

/**
 * Somebody's act has touched a file, so that its bytes may have been copied more often than once: its batch was reset, or a copy of it was
 * called off. Another file's cancel is no excuse, nor is one that came when all was over; an act that was refused in the end may have been
 * carried out at the first try, whose answer was lost.
 * @param copies what FTS was asked for to its destination
 */
export function isTouched(file: FileEvidence, copies: readonly AskedCopy[], acts: readonly DoneAct[]): boolean {
  const isCalledOff = copies.some(({ state }) => state === 'CANCELED') && acts.some((act) => isSelected(file, act));
  return isCalledOff || isBatchReset(file, copies, acts);
}

/** A sid is <first run of the task>/<batch>/<attempt>/<digest>. */
const batchOf = ({ job }: AskedCopy): number => Number(job.sid?.split('/')[1]);
