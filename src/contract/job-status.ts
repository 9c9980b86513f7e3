import type { FailureClass } from '../domain/failure-classes.ts';
import type { EntryView, JobExtent } from '../domain/ledger/job-view.ts';
import type { FileType } from '../domain/file.ts';
import type { QueuedFileView } from '../domain/publication/queued-files.ts';
import type { PublicationView, TransferView } from '../domain/stage-view.ts';
import type { LedgerFile } from './messages.ts';

/** Query `job` of a task: a job by the task's books; null where nothing of it was reported. */
export interface JobView extends JobExtent {
  /** What the task as a whole waits for, in words. */
  waitsFor: string[];
  files: (LedgerFile & EntryView)[];
}

/** Query `queued` of a publisher: those of the named files that it has in hand. */
export type QueuedFiles = QueuedFileView[];

/** Where one file stands in both of its stages. What only its record says is null where Temporal does not keep that any more, or it was rejected. */
export interface FileStatus {
  /** Key of the file within the task: 16 hex digits. */
  key: string;
  retry: number;
  /** CRAB's id of the file. */
  id: string | null;
  type: FileType;
  source: string | null;
  destination: string | null;
  destinationLfn: string | null;
  dataset: string | null;
  transfer: TransferView;
  publication: PublicationView;
  /** Class of the last failure, and CRAB's exit code for it, if it ends the file; null where it is DONE, or none was. */
  failure: FailureClass | null;
  code: number | null;
  /** FTS jobs that it was in, oldest first. */
  ftsJobIds: string[];
}

/** Where a job output stands: the answer of `jobStatus`, which asks the task, its batches and its publishers. */
export interface JobStatus extends JobExtent {
  task: string;
  /** What the task as a whole waits for, in words. */
  waitsFor: string[];
  files: FileStatus[];
}
