import type { FileEvent } from '../domain/batch/file-events.ts';
import type { AddFilesAnswer } from './messages.ts';

/** A block that was tried. */
export interface BlockEvent {
  dataset: string;
  block: string;
  site: string;
  /** `partial`: something stood in the way of some of its files, which are tried again. */
  outcome: 'published' | 'refused' | 'partial' | 'nothing';
  files: number;
  bytes: number;
  published: number;
  /** Set aside, their publication failed. */
  refused: number;
  /** CRAB has no metadata of them yet. */
  missing: number;
  /** An example of why files were set aside. */
  reason: string | null;
}

/** What somebody asked of a task. */
export interface MessageEvent {
  message: string;
  by: string | null;
  reason: string | null;
  /** What was done, as the update answers. */
  answer: unknown;
}

/**
 * What workflows tell their worker process as it happens, for metrics and logs. It costs no events and is not repeated by a replay. Best
 * effort: what happens while a worker dies may be told twice or not at all, so that nothing is ever decided by it.
 */
export type EventSinks = {
  events: {
    files(events: FileEvent[]): void;
    block(event: BlockEvent): void;
    reported(answer: AddFilesAnswer): void;
    asked(event: MessageEvent): void;
  };
};
