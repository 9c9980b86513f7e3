import type { VomsAttributes } from '../domain/file.ts';
import type { TaskSnapshot } from '../domain/ledger/task-state.ts';
import type {
  BatchFileInput,
  BatchOrder,
  BatchReport,
  FtsTarget,
  PublishableFile,
  PublishedReport,
} from '../domain/orders.ts';
import type { Policy } from '../domain/policy.ts';
import type { FileOutcome } from './messages.ts';

/** Signals between our own workflows: nobody else sends them. */
export const INTERNAL_SIGNALS = {
  /** batch → task: BatchReport. */
  batchReport: 'batchReport',
  /** publisher → task: PublishedReport. */
  published: 'published',
  /** task, publisher → batch: BatchOrder. */
  batchOrder: 'batchOrder',
  /** batch, task → jobOutput: FileOutcome[]. */
  fileOutcomes: 'fileOutcomes',
  /** batch, task → publishDataset: DatasetOrder. */
  datasetOrder: 'datasetOrder',
  /** whoever told CRAB's rows something that may arrive twice → mendRows: nothing else. */
  rowDoubt: 'rowDoubt',
} as const;

export type { BatchOrder, BatchReport, PublishedReport, TaskSnapshot };

/** What a publisher is told. */
export type DatasetOrder =
  | { kind: 'add'; files: PublishableFile[] }
  /** Newer generations of these files were reported: what is not on its way into DBS yet is not to be published. */
  | { kind: 'withdraw'; keys: string[] }
  /** No more than so many files follow: partial blocks leave once they are here. */
  | { kind: 'flush'; expect: number }
  /** Partial blocks leave at once; so many files are with the publisher, or on their way to it. */
  | { kind: 'now'; files: number }
  /** The task has ended. */
  | { kind: 'finish' };

export interface TransferBatchInput extends VomsAttributes {
  task: string;
  batch: number;
  /** First run id of the task: part of the submission id, so that a task joined again never repeats one. */
  firstRunId: string;
  policy: Policy;
  files: BatchFileInput[];
  /** Where to submit, if it is the batch's turn already. */
  target: FtsTarget | null;
  /** Publishers of all datasets of its files have been started. */
  publishing?: boolean;
  /** What an operator has asked for the task; absent where nobody has. */
  priority?: number;
  /** An operator has reset an earlier run, or the task: FTS may have jobs that this run knows nothing of. */
  wasReset?: boolean;
}

export interface PublishDatasetInput extends VomsAttributes {
  task: string;
  dataset: string;
  policy: Policy;
}

export interface MendRowsInput {
  task: string;
  policy: Policy;
}

export type FileOutcomes = FileOutcome[];
