import type { FailureClass } from '../failure-classes.ts';
import type { ToldCrab } from '../crab-word.ts';
import type { BatchFileInput } from '../orders.ts';
import type { PublicationState, TransferState } from '../states.ts';

/** A failed attempt, as kept: the reason in full. */
export interface Attempt {
  ftsJobId: string | null;
  class: FailureClass;
  /** CRAB's exit code. */
  code: number;
  reason: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Why a publication is called off by the task. */
export const INCOMPLETE = 'job-incomplete';

/** Somebody, or a deadline, wants the file to stop. */
export interface Kill {
  why: 'asked' | 'superseded' | 'deadline';
  reason: string;
  by: string;
}

/**
 * Where a file stands inside its batch. `waiting`: to be sent when due; `sent`: in the current FTS job; `arrived`: FTS says it is there,
 * or it may be, and our own look is due; `settled`: final.
 */
export type Phase = 'waiting' | 'sent' | 'arrived' | 'settled';

/** A file of a batch, in full. */
export interface BatchFile extends BatchFileInput {
  phase: Phase;
  transfer: TransferState;
  publication: PublicationState;
  publicationReason: string | null;
  /** Its batch itself has released it for publication, and tells the task so; absent where it has not. */
  selfReleased?: boolean;
  /** Handed to the publisher: its answer is due. */
  handedOver: boolean;
  /** The publisher was asked to give it back. */
  withdrawn: boolean;
  attempts: Attempt[];
  ftsJobIds: string[];
  /** Next attempt, epoch milliseconds. */
  retryAt: number | null;
  /** Its time over all attempts counts from here, epoch milliseconds. */
  since: number | null;
  /** When FTS first took it, epoch milliseconds. */
  submittedAt?: number;
  kill: Kill | null;
  /** Something that is not ours lies at its destination: it is not overwritten outside of the owner's own area. */
  foreign: boolean;
  /** Why it is HELD. */
  heldReason: string | null;
  /** Set while `arrived` only on suspicion: the failure that holds if our look does not find the right bytes. */
  suspicion: { reason: string; state: string } | null;
  /**
   * `left`: kept because the destination turned out not to have the file; `changed`: other bytes lie there now; `uncleaned`: its removal was
   * given up.
   */
  source: 'present' | 'removed' | 'left' | 'changed' | 'uncleaned';
  /** Why the source is still there, or why our look failed. */
  sourceReason: string | null;
  /** When its transfer became final, epoch milliseconds; null while it is not. */
  finalAt: number | null;
  /** When our next look or clean-up is due, epoch milliseconds; null where none is. */
  lookAt: number | null;
  looks: number;
  /** State last told to the task, so that only changes are told. */
  told: string;
  /** The waiting job has been told. */
  outcomeTold: boolean;
  /** What CRAB's row says by what it was told; absent while that is nothing. */
  toldCrab?: ToldCrab;
}

/** A file as its batch takes it over. */
export function newBatchFile(input: BatchFileInput, now: number): BatchFile {
  const there = input.record.alreadyThere;
  const file: BatchFile = {
    ...input,
    phase: there ? 'arrived' : 'waiting',
    transfer: 'NEW',
    publication: input.record.publish ? 'NEW' : 'NOT_REQUIRED',
    publicationReason: null,
    handedOver: false,
    withdrawn: false,
    attempts: [],
    ftsJobIds: [],
    retryAt: null,
    since: now,
    kill: null,
    foreign: false,
    heldReason: null,
    suspicion: there
      ? { reason: 'SOURCE [2] the job did not leave the file at its destination', state: 'FAILED' }
      : null,
    source: there ? 'removed' : 'present',
    sourceReason: null,
    finalAt: null,
    lookAt: there ? now : null,
    looks: 0,
    told: '',
    outcomeTold: false,
  };
  file.told = stateToTell(file);
  return file;
}

/**
 * What the task is to know of a file; told again only when it changes. A publication under way is the task's own doing, unless the batch has
 * released it, and so is one that the task called off: told back late, that would undo what the task has decided since.
 */
export function stateToTell(file: BatchFile): string {
  const isOurs =
    file.publication === 'DONE' ||
    (file.publication === 'ACQUIRED' && file.selfReleased === true) ||
    (file.publication === 'FAILED' && file.publicationReason !== INCOMPLETE);
  const publication = isOurs ? file.publication : '';
  const held = file.transfer === 'HELD' ? (file.heldReason ?? '') : '';
  return `${file.transfer} ${publication} ${lastClass(file) ?? ''}${held}`;
}

/** Class of the failure that a FAILED or RETRY file is in; null otherwise. */
export function lastClass(file: BatchFile): FailureClass | null {
  return file.transfer === 'FAILED' || file.transfer === 'RETRY' ? (file.attempts.at(-1)?.class ?? null) : null;
}

/** May be published now or later: an output with a dataset. */
export const isPublishable = (file: BatchFile): boolean =>
  file.record.type === 'output' && file.record.dataset !== null;
