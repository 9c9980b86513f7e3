import type { AddFiles, StartTask, TaskPolicy } from '../contract/messages.ts';
import type { CrabWord } from '../domain/crab-word.ts';
import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import type { UnnamedFiles } from '../domain/ledger/bookkeeping.ts';
import type { ArrivalResult, SettleResult } from '../domain/batch/settling.ts';
import type { CredentialRef, FileRecord, VomsAttributes } from '../domain/file.ts';
import type { Errand } from '../domain/operations/hold.ts';
import type { JobsWanted, OperationsSnapshot } from '../domain/operations/operations-state.ts';
import type { FtsTarget, PublishableFile } from '../domain/orders.ts';
import type { SweepResult } from '../domain/sweep.ts';
import type { PublicationState } from '../domain/states.ts';

/** Activities that talk to Temporal itself; on the workflows' own task queue. */
export interface TaskActivities {
  /** What is fixed for a task when it opens, and the books of an earlier workflow of the same task that has ended. */
  openTask(request: { task: string; firstRunId: string }): Promise<OpenedTask>;
  /** Starts or joins the task's workflow with a job's files. */
  forwardReport(request: StartTask & { message: AddFiles }): Promise<void>;
  /** Starts or joins the publisher of a dataset with files that may be published, or with word that no more come. */
  handToPublisher(request: HandOver): Promise<void>;
}

export interface OpenedTask {
  policy: TaskPolicy;
  /** Groups that the owner may write for; null where any group is allowed. */
  groups: string[] | null;
  /** Ledger of the earlier workflow, base64, with the number of batches it had started; null for a task never seen. */
  earlier: { ledger: string; batches: number } | null;
}

export interface HandOver extends VomsAttributes {
  task: string;
  dataset: string;
  policy: TaskPolicy;
  files: PublishableFile[];
  /** Keys of files handed over before that are not to be published after all. */
  withdraw?: string[];
  /** No more than so many files will follow for this dataset: partial blocks need not wait for others. */
  flush?: { expect: number };
  /** So many files are handed over or about to be: partial blocks leave at once. */
  now?: { files: number };
}

/** What identifies an FTS job of a batch in every activity about it. */
export interface FtsJobRef {
  target: FtsTarget;
  credential: CredentialRef;
  jobId: string;
  /** What the job carries if it is the one we sent: one with another digest under this id is none of ours. */
  digest: string;
}

export interface SubmitRequest {
  target: FtsTarget;
  credential: CredentialRef;
  task: string;
  batch: number;
  sid: string;
  expectedJobId: string;
  digest: string;
  files: { key: string; record: FileRecord }[];
  overwrite: boolean;
  /** Of the policy, 1 to 5. */
  priority: number;
  /** Asked for this task: it goes before any other. */
  taskPriority?: number;
  /** Seconds. */
  maxTimeInQueue: number;
  /** It is at this server since another one was no good. */
  moved?: boolean;
  /** This sid was never used by a run that an operator has reset since. */
  sure: boolean;
}

export type SubmitResult =
  | { kind: 'submitted'; jobId: string }
  /** FTS refuses, or has another job under this id: a new attempt may fare better. */
  | { kind: 'refused'; reason: string }
  /** FTS made the job, but under another id, since the first VO of the credential has changed. */
  | { kind: 'astray'; jobId: string; reason: string }
  /** A site's description lacks what is needed: the files wait until it changes. `barred`: an operator holds them. */
  | { kind: 'held'; reason: string; barred?: true }
  /** The server has seen nothing of this, and there is another one: it is down, or (`lasting`) an operator has chosen the other one. */
  | { kind: 'elsewhere'; reason: string; lasting?: true };

export interface PriorityChange {
  target: FtsTarget;
  credential: CredentialRef;
  jobId: string;
  priority: number;
}

export interface FtsActivities {
  /** A server for a destination that answers, and who we are there. `avoid`: one that is to be asked last. */
  prepareFts(request: { destination: string; credential: CredentialRef; avoid?: string }): Promise<FtsTarget>;
  submitFtsJob(request: SubmitRequest): Promise<SubmitResult>;
  /** Tells FTS of another priority of a job. One that has ended, or that FTS does not know, is no error. */
  setFtsPriority(request: PriorityChange): Promise<void>;
  /**
   * Cancels the job, or only these files of it, and answers what FTS then says of all its files. Of single files those whose copy runs are
   * left alone: FTS would not stop the copy, and would hear nothing of its end any more.
   */
  cancelFtsJob(request: FtsJobRef & { keys: string[] | 'all' }): Promise<FtsFileResult[]>;
}

export interface FollowRequest extends FtsJobRef {
  /** Files that are waited for: any of them being over is a change. */
  keys: string[];
  followFirst: number;
  followMax: number;
  followGrid: number;
  /** When to give up waiting for a change, epoch milliseconds, and what is then said. */
  giveUpAt: number;
  giveUpReason: string;
  /** What the copies are about: operators' rules may call them back, and breakers count how they end. */
  errand?: Errand;
  /** Asked for this task: that of its owner does not count. */
  taskPriority?: number;
}

export type FollowResult =
  | { kind: 'changed'; files: FtsFileResult[] }
  | { kind: 'gone' }
  | { kind: 'stalled'; reason: string }
  /** An operator wants what FTS has of it called back. */
  | { kind: 'recalled'; reason: string };

export interface PermissionRequest extends Errand {
  /** Of the batch, among those that ask. */
  who: string;
  /** Why it is held, by what was said last. */
  reason: string;
}

export interface FollowActivities {
  followFtsJob(request: FollowRequest): Promise<FollowResult>;
  /** Waits until no operator's rule holds an errand any more; answers `held` where another one holds it by now. */
  awaitPermission(request: PermissionRequest): Promise<{ held: string | null }>;
}

/** Activities of the workflow that keeps the operators' rules; on the workflows' own task queue. */
export interface OperationsActivities {
  /** The books of the newest earlier run that ended; null where there is none. */
  openOperations(request: { firstRunId: string }): Promise<OperationsSnapshot | null>;
  /** What is wrong with a request that only a worker can tell; null for nothing. Its stamp is the time of the request. */
  considerRequest(request: { server?: string }): Promise<{ fault: string | null }>;
  /** Has followers of jobs in FTS look now, with the newest rules, instead of after their pause. Answers how many there are. */
  lookAtOnce(request: JobsWanted): Promise<number>;
}

/** Files that arrived after they were cancelled. */
export interface ArrivalRequest {
  credential: CredentialRef;
  /** Until then, epoch milliseconds, the activity waits by itself where the owner has no credential; null for as long as it takes. */
  waitUntil: number | null;
  files: { key: string; record: FileRecord }[];
}

export interface SettleRequest extends ArrivalRequest {
  /** `needsSum`: a destination of the right size is not enough where a checksum is lacking. */
  files: { key: string; record: FileRecord; removeSource: boolean; needsSum: boolean }[];
}

export interface StorageActivities {
  /** Looks at each destination and, where the right bytes are there, removes the source if it is still the same. */
  settleFiles(request: SettleRequest): Promise<SettleResult[]>;
  /** Removes files that arrived at their destinations after they were cancelled, if they are ours. */
  removeArrived(request: ArrivalRequest): Promise<ArrivalResult[]>;
}

export interface SweepActivities {
  /** Removes the sources that a batch has left behind for long enough, each if it is still what was reported and nobody needs it. */
  sweepBatch(request: { task: string; batch: number }): Promise<SweepResult>;
}

export interface CrabActivities {
  /** Lumi sections and bytes of each file that CRAB has metadata of; the others are absent. */
  measureFiles(request: { task: string; lfns: string[] }): Promise<{ lfn: string; lumis: number; bytes: number }[]>;
  /** Tells CRAB's rows of a task's files what became of them. */
  tellCrab(request: { task: string; words: CrabWord[] }): Promise<ToldCrabResult>;
  /** The same of files whose ids the task has not kept: CRAB's list of its rows says which they are. Rows of newer generations are left alone. */
  tellCrabUnnamed(request: { task: string } & UnnamedFiles): Promise<null>;
}

export interface ToldCrabResult {
  /** Ids of rows that were not told, since they are newer generations' by now. */
  outdated: string[];
}

export interface PublishBlockRequest {
  task: string;
  credential: CredentialRef;
  dataset: string;
  block: string;
  originSite: string;
  files: { key: string; lfn: string; size: number; adler32: string | null }[];
}

/** What became of the files of a block that was tried. The others are to be tried again in a new one: something stood in their way. */
export interface PublishBlockResult {
  settled: { key: string; state: Extract<PublicationState, 'DONE' | 'FAILED'>; reason: string | null }[];
  /** CRAB does not have their metadata (yet). */
  missing: string[];
  /** An operator's rule holds the publication: nothing was sent. */
  held?: string;
}

export interface CatalogActivities {
  publishBlock(request: PublishBlockRequest): Promise<PublishBlockResult>;
}

export type Activities = TaskActivities &
  FtsActivities &
  FollowActivities &
  OperationsActivities &
  StorageActivities &
  SweepActivities &
  CrabActivities &
  CatalogActivities;
