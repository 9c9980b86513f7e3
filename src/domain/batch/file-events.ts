import type { FailureClass } from '../failure-classes.ts';
import type { FileType } from '../file.ts';
import type { Policy } from '../policy.ts';
import type { Attempt, BatchFile } from './batch-file.ts';

/** What may happen to a file of a batch, as it is counted and logged. */
export type FileEventName =
  | 'submitted' // in an FTS job
  | 'held' // could not be sent, through no fault of its own
  | 'retry' // an attempt failed, another one follows
  | 'done'
  | 'failed'
  | 'killed'
  | 'superseded' // let go of for a newer generation
  | 'published'
  | 'unpublished' // its publication failed
  | 'cleaned' // its source is removed
  | 'uncleaned'; // its source stays, for good

/** The same thing happening to files of one link. Plain data, which leaves the workflow for metrics and logs and never comes back. */
export interface FileEvent {
  event: FileEventName;
  ftsJob: string | null;
  /** Of the failed attempt. */
  class: FailureClass | null;
  /** CRAB's exit code of it. */
  code: number | null;
  reason: string | null;
  source: string;
  destination: string;
  type: FileType;
  /** Of the time that its file has over all attempts, the share used: of the file that has used most; null where it does not count. */
  deadlineUsed: number | null;
  files: {
    /** CRAB's id. */
    id: string;
    bytes: number;
    /**
     * Seconds of the stage that ends here: `submitted` from the report (first submission only), `done` from the first submission, `published`
     * and `cleaned` from `done`; null elsewhere.
     */
    seconds: number | null;
  }[];
}

/** What else is known of an event. */
export interface FileEventDetails {
  attempt?: Attempt | undefined;
  reason?: string | null;
  /** When the stage that ends here began, epoch milliseconds. */
  since?: number | null | undefined;
  /** The file's time over all attempts is looked at: this says how long that is. */
  policy?: Policy;
}

/** Collects what happens, likes together, until somebody takes it. Not part of any snapshot: it is told at once or not at all. */
export class FileEvents {
  #groups = new Map<string, FileEvent>();

  add(event: FileEventName, file: BatchFile, now: number, details: FileEventDetails = {}): void {
    const { attempt, since, policy } = details;
    const { id, size: bytes, source, destination, type } = file.record;
    const reason = attempt?.reason ?? details.reason ?? null;
    const used = policy ? deadlineUsed(file, policy, now) : null;
    const ftsJob = file.ftsJobIds.at(-1) ?? null;
    const name = JSON.stringify([event, ftsJob, attempt?.class, reason, source, destination, type]);
    const same = this.#groups.get(name);
    const group = same ?? {
      ...{ event, ftsJob, class: attempt?.class ?? null, code: attempt?.code ?? null, reason },
      ...{ source, destination, type, deadlineUsed: used, files: [] },
    };
    if (!same) this.#groups.set(name, group);
    if (used !== null) group.deadlineUsed = Math.max(group.deadlineUsed ?? 0, used);
    const seconds = since === null || since === undefined ? null : Math.max(now - since, 0) / 1000;
    group.files.push({ id, bytes, seconds });
  }

  /** What has happened since it was taken last. */
  take(): FileEvent[] {
    const events = [...this.#groups.values()];
    this.#groups.clear();
    return events;
  }
}

/** Of the time that a file has over all attempts, the share it has used. */
const deadlineUsed = ({ since }: BatchFile, { stageOutTimeout }: Policy, now: number): number =>
  since === null ? 0 : (now - since) / (stageOutTimeout * 1000);
