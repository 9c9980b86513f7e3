import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import type { CredentialRef, FileRecord } from '../domain/file.ts';
import type { FtsTarget } from '../domain/orders.ts';

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
