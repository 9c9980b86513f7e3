import type { BatchFile } from '../../../src/domain/batch/batch-file.ts';
import type { FtsFileResult } from '../../../src/domain/batch/fts-results.ts';
import type { ArrivalResult, SettleResult } from '../../../src/domain/batch/settling.ts';

/** One thing that could happen to an actor now. */
export interface Step {
  /** Of a batch: the loop that goes on, or what it does next. */
  what: BatchStep | 'publish' | 'published' | 'end' | 'other';
  run: () => void;
}

export type BatchStep =
  | Loop
  | 'submit'
  | 'follow'
  | 'cancel'
  | 'ask-permission'
  | 'turn'
  | 'look'
  | 'remove-arrived'
  | 'stop-shadow'
  | 'follow-shadow'
  | 'hand-over'
  | 'expire'
  | 'tell'
  | 'continue-as-new';

/** Loops of a batch, by the activity that each may have under way. */
export type Loop = 'attempts' | 'looks' | 'handOver' | 'shadows' | 'arrivals';

/** How a submission turns out. `held`: not sent, with the reason; `barred`: an operator's rule holds it. */
export type Submission =
  { kind: 'submitted' | 'astray' | 'refused' | 'elsewhere' } | { kind: 'held' | 'barred'; reason: string };

/** What an FTS job's follower finds: files, or the end of following. */
export type Following = FtsFileResult[] | 'gone' | 'stalled' | { recalled: string };

/** FTS, storage, operators' rules and time, as a batch meets them. */
export interface BatchWorld {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly random: () => number;
  /** Runs are continued as new now and then. */
  readonly continues: boolean;
  submit(jobId: string, files: BatchFile[]): Submission;
  follow(jobId: string): Following;
  /** Rows of a job. */
  look(jobId: string): FtsFileResult[];
  /** @param keys null for the whole job */
  cancel(jobId: string, keys: Set<string> | null): void;
  settle(file: BatchFile, removeSource: boolean): SettleResult;
  removeArrived(file: BatchFile): ArrivalResult;
  /** The reason of the operator's rule that holds a file; null where none does. */
  holdOf(file: BatchFile): string | null;
}
