import type { CredentialRef } from '../domain/file.ts';
import type { FtsTarget } from '../domain/orders.ts';
import { PortError } from './errors.ts';

export type { FtsTarget };

/** One copy of an FTS job. */
export interface FtsTransfer {
  /** Our key of the file: travels in file_metadata and comes back with every look. */
  key: string;
  sourcePfn: string;
  destinationPfn: string;
  /** Bytes. */
  size: number;
  adler32: string | null;
}

/** An FTS job, whole: immutable once its sid is in history. */
export interface FtsSubmission {
  /** Deterministic submission id. */
  sid: string;
  /** uuid5(uuid5(baseId, vo), sid). */
  expectedJobId: string;
  /** Hash of the sorted identities of its files: travels in job_metadata. */
  digest: string;
  task: string;
  /** Number of the batch within its task: travels in job_metadata, as the task does, so that whoever hears of the job knows whose it is. */
  batch: number;
  user: string;
  transfers: FtsTransfer[];
  overwrite: boolean;
  /** 1 to 5. */
  priority: number;
  /** Seconds; FTS gives up on what has not started by then. */
  maxTimeInQueue: number;
  activity: string;
}

/** A file of an FTS job as FTS sees it. */
export interface FtsFileView {
  fileId: number;
  /** From file_metadata; null where FTS lost it. */
  key: string | null;
  /** FTS's own state name: FINISHED, FAILED and CANCELED are terminal, any unknown one is not. */
  state: string;
  reason: string;
  destinationPfn: string;
  /** Epoch seconds, by FTS's clock; null before FTS starts its copy. */
  startedAt: number | null;
  /** Epoch seconds, by FTS's clock. */
  finishedAt: number | null;
  recoverable: boolean | null;
}

/** An FTS job with its files. */
export interface FtsJobView {
  jobId: string;
  state: string;
  /** From job_metadata; null where it is not ours. */
  digest: string | null;
  /** 1 to 5; null where FTS does not say. */
  priority: number | null;
  files: FtsFileView[];
}

/** The server is down and nothing of the submission was sent to it by this call. Earlier calls may have. */
export class FtsUnreached extends PortError {
  constructor(cause: PortError) {
    const { type, message, retryAfterMs, since } = cause;
    super(type, message, {
      retryable: true,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(since !== undefined && { since }),
      cause,
    });
  }
}

/** FTS3 as ASO uses it. All methods throw PortError. */
export interface FtsPort {
  /** Who we are for this server. */
  prepare(server: string, credential: CredentialRef): Promise<FtsTarget>;
  /**
   * Submits exactly once: whatever the answer (lost, 409, 5xx), the job with the expected id is looked up and adopted only
   * if it is the one we sent; else `FtsJobMismatch`. Refusals (`FtsRefused`) are believed only where there is no such job. Never aborted
   * half-way. Returns the job id: another than the expected one where FTS takes the credential for another VO's by now.
   * @throws FtsUnreached besides, where the server is down and this call sent nothing
   */
  submit(target: FtsTarget, credential: CredentialRef, submission: FtsSubmission): Promise<string>;
  /**
   * The job and its files, archive included; null where FTS does not know it. Calls made together share one request.
   * @param shareMs how long it may wait for others to share the request with, where that is more than the usual
   */
  look(target: FtsTarget, credential: CredentialRef, jobId: string, shareMs?: number): Promise<FtsJobView | null>;
  /** Cancels the whole job; a job that is terminal already or unknown is no error. Calls made together share one request. */
  cancel(target: FtsTarget, credential: CredentialRef, jobId: string): Promise<void>;
  /**
   * Gives the job and its files another priority, 1 to 5: those go first that have a higher one. A job that is terminal already or unknown is
   * no error. Calls made together share one request.
   */
  setPriority(target: FtsTarget, credential: CredentialRef, jobId: string, priority: number): Promise<void>;
  /** Cancels single files; their running copies run on (FTS does not stop them). */
  cancelFiles(target: FtsTarget, credential: CredentialRef, jobId: string, fileIds: number[]): Promise<void>;
}
