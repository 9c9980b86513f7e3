import type { IntakeResult } from '../domain/ledger/intake.ts';
import type { Selection, SelectionResult } from '../domain/ledger/selected.ts';
import type { TaskCounts } from '../domain/ledger/status.ts';
import type { FileStages } from '../domain/batch/stage-views.ts';
import type { FileView, OutcomeView } from '../domain/batch/views.ts';
import type { FailureClass } from '../domain/failure-classes.ts';
import type { JobReport, VomsAttributes } from '../domain/file.ts';
import type { PublicationPlan } from '../domain/publication/publication-plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { PublicationState, StateCounts, TransferState } from '../domain/states.ts';

/** Workflow types, as they are named in the Temporal UI. */
export const WORKFLOWS = {
  jobOutput: 'jobOutput',
  stageOut: 'stageOut',
  transferBatch: 'transferBatch',
  publishDataset: 'publishDataset',
  sweepSources: 'sweepSources',
  mendRows: 'mendRows',
} as const;

/** Messages that a task (stageOut) understands from outside: signals, and updates of the same name that answer with what they did. */
export const TASK_MESSAGES = {
  addFiles: 'addFiles',
  publish: 'publish',
  close: 'close',
  cancel: 'cancel',
  retry: 'retry',
  pause: 'pause',
  resume: 'resume',
  priority: 'priority',
} as const;

/** Queries of a task. */
export const TASK_QUERIES = {
  ...{ status: 'status', files: 'files', job: 'job' },
  /** For a task joined again. */
  ledger: 'ledger',
  /** For a run that was reset: all that the run before knew. */
  books: 'books',
} as const;

/** Queries of a batch: its files in full; those whose sources are left behind. */
export const BATCH_QUERIES = { files: 'files', kept: 'kept' } as const;

/** Queries of a publisher: what it would send, and what it waits for; what certain files wait for. */
export const PUBLISHER_QUERIES = { plan: 'plan', queued: 'queued' } as const;

/**
 * First argument of stageOut when CRAB or an operator starts it (with `signalWithStart` or update-with-start). Group and role of the owner's
 * credential are those of the start: no later message changes them.
 */
export interface StartTask extends VomsAttributes {
  task: string;
}

/** `addFiles`: job outputs to stage out; at most 256 KiB a message. */
export interface AddFiles {
  jobs: JobReport[];
}

/** What `addFiles` did, counted in files: taken, known already, taken in place of an earlier generation, kept as REJECTED. */
export type AddFilesAnswer = IntakeResult;

export type { Selection };

export interface PublishRequest extends Selection {
  /** Nothing new is asked for: what waits for a block to fill leaves at once, with all that waits for the same dataset. */
  now?: boolean;
}

export type { PublicationPlan };

export interface CancelRequest extends Selection {
  reason: string;
  /** Who asks. */
  by: string;
}

export interface RetryRequest extends Selection {
  /** What is to be tried again; both where absent. */
  what?: 'transfer' | 'publication';
}

/** `priority`: transfers that are not final go with this priority in FTS, 1 to 5; 5 goes first. */
export interface PriorityRequest {
  priority: number;
}

/** Answer to publish, cancel, retry and priority: files acted on, and those not, with why. */
export type SelectionAnswer = SelectionResult;

/** Query `status`. */
export interface TaskStatus extends TaskCounts {
  task: string;
  user: string;
  closed: boolean;
  paused: boolean;
  /** Asked for the task by an operator; null where it goes by its user's, or by the policy. */
  priority: number | null;
  /** All files final and closed: the workflow has ended or is about to. */
  complete: boolean;
  batches: { started: number; open: number; active: number; waiting: number; inWindow: number };
  /** What the task as a whole waits for, in words. */
  waitsFor: string[];
}

/** Query `files`. */
export interface FilesQuery {
  state?: TransferState;
  publication?: PublicationState;
  /** Only files with these keys. */
  keys?: string[];
  /** Continue behind this cursor (`next` of the page before). */
  after?: number;
  /** At most 1,000. */
  limit?: number;
}

/** A file as the task's ledger knows it; its record and reasons are with its batch. */
export interface LedgerFile {
  /** Key of the file within the task: 16 hex digits. */
  key: string;
  jobId: string;
  retry: number;
  /** Number of the batch that owns it; null while it waits for one, or where it was rejected. */
  batch: number | null;
  transfer: TransferState;
  publication: PublicationState;
  failure: FailureClass | null;
  /** For REJECTED files: the rule. */
  rule?: string;
}

export interface FilesPage {
  files: LedgerFile[];
  next: number | null;
}

/** A file in full, as its batch knows it. */
export type FileDetail = FileView;

/** The same with both stages in words (query `files` of a batch). */
export interface StagedFile extends FileDetail {
  stages: FileStages;
}

/** Files of a batch whose sources are left behind, and the group and role of the credential that may remove them. */
export interface KeptFiles extends VomsAttributes {
  files: FileDetail[];
}

/** Result of a jobOutput workflow. */
export interface JobOutcome {
  task: string;
  jobId: string;
  retry: number;
  files: FileOutcome[];
}

/** What became of one file, as jobOutput returns it. `code`: CRAB's exit code of the failure that ended it; null where it is DONE. */
export type FileOutcome = OutcomeView;

/** First argument of jobOutput. */
export interface JobOutputInput extends VomsAttributes {
  task: string;
  report: JobReport;
}

/** What a task ends with. */
export interface TaskTotals {
  task: string;
  files: number;
  transfer: StateCounts<TransferState>;
  publication: StateCounts<PublicationState>;
}

/** What is fixed for a task when it opens: the policy in force. */
export type TaskPolicy = Policy;
