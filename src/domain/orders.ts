import type { FailureClass } from './failure-classes.ts';
import type { FileRecord } from './file.ts';
import type { PublicationState, TransferState } from './states.ts';

/** Where a task's FTS jobs go and how their ids are made. Asked once per destination and credential, then kept in history. */
export interface FtsTarget {
  /** Base URL, e.g. `https://fts3-cms.cern.ch:8446`. */
  server: string;
  /** First VO of the credential: FTS derives deterministic job ids from it. */
  vo: string;
  /** FTS's constant `base_id` from /whoami. */
  baseId: string;
}

/** What a task tells one of its batches. Every order may arrive twice. */
export type BatchOrder =
  /** It is the batch's turn to use FTS. */
  | { kind: 'admit'; target: FtsTarget }
  /** The jobs of these files are complete: publish them. */
  | { kind: 'release'; keys: string[] }
  /** Their jobs cannot become complete: publication FAILED. */
  | { kind: 'incomplete'; keys: string[] }
  /** A sibling is tried again: publication open again. */
  | { kind: 'reopen'; keys: string[] }
  | { kind: 'cancel'; keys: string[] | 'all'; reason: string; by: string }
  /** A newer generation of these files was reported: stop, keep hands off their sources, let go. */
  | { kind: 'supersede'; keys: string[] }
  /** Of a batch that had ended and was reset, only these files are still its own: the others are superseded. */
  | { kind: 'own'; keys: string[] }
  | { kind: 'retry'; keys: string[]; what: 'transfer' | 'publication' }
  /** A jobOutput workflow waits for these files: tell it their outcomes, again if need be. */
  | { kind: 'watch'; keys: string[] }
  /** The publisher's answer; `taskTold`: the task has it, too, from the publisher itself. */
  | { kind: 'published'; keys: string[]; state: PublicationState; reason: string | null; taskTold?: boolean }
  /** What FTS has of the batch, and what is sent from now on, goes with this priority. */
  | { kind: 'priority'; priority: number }
  /** The task ends: nothing that is final now will change any more. */
  | { kind: 'finish' };

/** Files of a batch that are in the same state. */
export interface ReportGroup {
  /** `all`: every file that the batch still owns. */
  keys: string[] | 'all';
  transfer: TransferState;
  publication: PublicationState;
  failure: FailureClass | null;
  /** An example, for FAILED and RETRY; for HELD, what they wait for. */
  reason?: string;
}

/** A file that a batch let go of because a newer generation was reported. */
export interface DroppedFile {
  key: string;
  /** How far the old generation came: a file that is in DBS already cannot be replaced. */
  publication: PublicationState;
  /** A copy may still be dying: the newer generation is not to be sent before, epoch milliseconds. */
  notBefore: number;
}

/** What a batch tells its task: states, absolute and therefore harmless when told twice. */
export interface BatchReport {
  batch: number;
  groups: ReportGroup[];
  dropped: DroppedFile[];
  /** `wanted`: asks to be let through to FTS; `active`: uses its turn; `idle`: needs none now. */
  slot: 'wanted' | 'active' | 'idle';
  /** Copies that nobody waits for any more may still run: the task stays open until they have ended. */
  lingering: boolean;
  /** Bytes of its files that are open, DONE, and FAILED or KILLED: absolute; absent where they are as told last. */
  bytes?: [open: number, done: number, failed: number];
  /** Whom FTS takes us for now, where that has changed. */
  target?: FtsTarget;
  /** The batch is about to end. */
  ended: boolean;
  /** Nothing but the publication of its files is left to do: it ends without another word once the publisher has told the task of all of them. */
  endsPublished?: true;
  /** When it was so by the batch's clock, epoch milliseconds: the task's own moves only with what the task does itself. */
  at?: number;
}

/** What a publisher tells the task: files that are in DBS now, all of a block in one message. Harmless when told twice. */
export interface PublishedReport {
  batches: { batch: number; keys: string[] }[];
  /** When it was so by the publisher's clock, epoch milliseconds. */
  at: number;
}

/** A file on its way to the publisher of its dataset. */
export interface PublishableFile {
  key: string;
  batch: number;
  lfn: string;
  size: number;
  adler32: string | null;
  /** Where it lies now. */
  site: string;
}

/** A file as a batch is given it. */
export interface BatchFileInput {
  key: string;
  jobId: string;
  retry: number;
  record: FileRecord;
  waiter: boolean;
  regenerated: boolean;
  notBefore: number;
  /** A file with this destination was killed lately: the batch waits for `cancelGrace` first. */
  afterKill?: boolean;
  /**
   * How many outputs its job has, where the job is complete and all of them are in this batch: once all are DONE they are published without
   * another word from the task. Absent where the task decides.
   */
  jobOutputs?: number;
  /** When it was reported to us, epoch milliseconds. */
  reportedAt?: number;
}
