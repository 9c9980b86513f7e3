import type { AddFiles, StartTask, TaskPolicy } from '../contract/messages.ts';
import type { VomsAttributes } from '../domain/file.ts';
import type { TaskBooks } from '../domain/ledger/books.ts';
import type { PublishableFile, PublishedReport } from '../domain/orders.ts';

/** Activities that talk to Temporal itself; on the workflows' own task queue. */
export interface TaskActivities {
  /** What is fixed for a task when it opens, and the books of an earlier workflow of the same task that has ended. */
  openTask(request: { task: string; firstRunId: string }): Promise<OpenedTask>;
  /** For a run that an operator has reset: what the run before it knew, and what of all that it is told it has been told again. */
  takeUpTask(request: { task: string }): Promise<TakenUpTask>;
  /** Starts or joins the task's workflow with a job's files. */
  forwardReport(request: StartTask & { message: AddFiles }): Promise<void>;
  /** Starts or joins the publisher of a dataset with files that may be published, or with word that no more come. */
  handToPublisher(request: HandOver): Promise<void>;
  /** Tells the task, and then the batches, what is in DBS now; whoever has ended is passed over. */
  tellPublished(request: { task: string } & PublishedReport): Promise<void>;
}

export interface OpenedTask {
  policy: TaskPolicy;
  /** Groups that the owner may write for; null where any group is allowed. */
  groups: string[] | null;
  /** Ledger of the earlier workflow, base64, with the number of batches it had started; null for a task never seen. */
  earlier: { ledger: string; batches: number } | null;
}

export interface TakenUpTask {
  /** Null where nothing was known before. `isLast`: by the very run that was current when this one was reset. */
  before: { books: TaskBooks; isLast: boolean } | null;
  repeated: RepeatedMessages;
}

/** How many of the first messages behind a reset came before it: Temporal repeats those that had come after the point of the reset. */
export interface RepeatedMessages {
  signals: number;
  updates: number;
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
  /** The task has ended: nothing more comes, and whoever publishes ends when it is done. */
  finish?: true;
}
