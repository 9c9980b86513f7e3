import type { CrabWord } from '../crab-word.ts';
import type { BatchFileInput, FtsTarget } from '../orders.ts';
import { wholePolicy, type Policy } from '../policy.ts';
import { isFinalTransfer } from '../states.ts';
import { BatchTable } from './batch-table.ts';
import { decodeLedger, encodeLedger } from './codec.ts';
import type { LedgerJob } from './entry.ts';
import { Ledger } from './ledger.ts';
import { Outbox } from './outbox.ts';
import { gatePublication } from './publication-gate.ts';
import type { StartedBatch } from './turns.ts';
import { keepVolume } from './volume.ts';
import { BatchWindow } from './window.ts';

/** What a continued run is given besides the ledger's bytes. */
export interface TaskSnapshot {
  openedAt: number;
  lastChangeAt: number;
  firstRunId: string;
  policy: Policy;
  groups: string[] | null;
  closed: boolean;
  paused: boolean;
  window: ReturnType<BatchWindow['toJSON']>;
  successors: BatchFileInput[];
  batches: ReturnType<BatchTable['toJSON']>;
  targets: [string, FtsTarget][];
  /** Absent where there are none. */
  words?: CrabWord[];
  /** Absent where nobody has asked for one. */
  priority?: number;
  /** Absent where nothing is held. */
  held?: [batch: number, reason: string][];
  malformed: { count: number; examples: string[] };
}

/** Everything a task knows. The functions around it (intake, reports, selection, status) change it; workflow code only carries out what it says. */
export class TaskState {
  readonly task: string;
  ledger = new Ledger();
  window = new BatchWindow();
  batches = new BatchTable();
  readonly outbox = new Outbox();
  /** Batches that are being started: nobody else knows their files yet. */
  starting: StartedBatch[] = [];
  /** Newer generations that wait for the batch of the older one to let go, by key. */
  readonly successors = new Map<string, BatchFileInput>();
  /** FTS target by destination site. */
  readonly targets = new Map<string, FtsTarget>();
  /** Messages so broken that no job could be made out: counted, never lost silently. */
  malformed: TaskSnapshot['malformed'] = { count: 0, examples: [] };
  /** What CRAB is to be told of files that no batch has; in order. */
  words: CrabWord[] = [];
  policy: Policy;
  /** Groups that the owner may write for; null where any group is allowed. */
  groups: string[] | null = null;
  openedAt: number;
  /** When something last happened to a file, epoch milliseconds; behind the real time as the workflow's clock is. */
  lastChangeAt: number;
  firstRunId: string;
  closed = false;
  paused = false;
  /** What an operator has asked for this task; null where nobody has. */
  priority: number | null = null;
  /** What the HELD files of a batch wait for. */
  readonly held = new Map<number, string>();

  constructor(task: string, policy: Policy, openedAt: number, firstRunId: string) {
    this.task = task;
    this.policy = wholePolicy(policy);
    this.openedAt = openedAt;
    this.lastChangeAt = openedAt;
    this.firstRunId = firstRunId;
  }

  /** No more outputs come, every file is final, nothing of the task runs in FTS, and CRAB knows what the task itself has to tell it. */
  get complete(): boolean {
    const { openTransfers, openPublications } = this.ledger;
    if (this.words.length > 0 || this.ledger.untold > 0) return false;
    return this.closed && openTransfers === 0 && openPublications === 0 && !this.batches.lingering;
  }

  /** Whatever has happened to files since this was asked last has happened by `now`, epoch milliseconds. */
  noteChanges(now: number): void {
    const { changed, links } = this.ledger;
    if (changed.size === 0) return;
    const at = Math.floor(now);
    this.lastChangeAt = Math.max(this.lastChangeAt, at);
    for (const index of changed) {
      const link = links[index];
      if (link) link.lastChangeAt = Math.max(link.lastChangeAt, at);
    }
    changed.clear();
  }

  /** No more outputs come: partial batches leave, and jobs that miss files never become complete. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const job of this.ledger.jobs.values()) this.gate(job);
  }

  /** A batch has ended, or is about to: what it came to is kept. */
  endBatch(batch: number): void {
    keepVolume(this, batch);
    this.batches.end(batch);
    this.held.delete(batch);
  }

  /** Decides anew on the publication of a job's files and tells the batches. */
  gate(job: LedgerJob): void {
    const isOpen = (batch: number): boolean => this.batches.isOpen(batch);
    const { released, incomplete, reopened } = gatePublication(this.ledger, job, this.closed, isOpen);
    for (const entry of released) this.outbox.order(entry.batch, { kind: 'release', keys: [entry.key] });
    for (const entry of reopened) this.outbox.order(entry.batch, { kind: 'reopen', keys: [entry.key] });
    // Of a file that did not arrive its batch needs no word: there is nothing to publish.
    for (const entry of incomplete)
      if (entry.batch && !(isFinalTransfer(entry.transfer) && entry.transfer !== 'DONE'))
        this.outbox.order(entry.batch, { kind: 'incomplete', keys: [entry.key] });
  }

  snapshot(): [TaskSnapshot, Uint8Array] {
    const { openedAt, lastChangeAt, firstRunId, policy, groups, closed, paused, malformed } = this;
    return [
      {
        openedAt,
        lastChangeAt,
        firstRunId,
        policy,
        groups,
        closed,
        paused,
        malformed,
        window: this.window.toJSON(),
        successors: [...this.successors.values()],
        batches: this.batches.toJSON(),
        targets: [...this.targets],
        ...(this.words.length > 0 && { words: this.words }),
        ...(this.priority !== null && { priority: this.priority }),
        ...(this.held.size > 0 && { held: [...this.held] }),
      },
      encodeLedger(this.ledger),
    ];
  }

  static restore(task: string, snapshot: TaskSnapshot, bytes: Uint8Array): TaskState {
    const state = new TaskState(task, snapshot.policy, snapshot.openedAt, snapshot.firstRunId);
    state.groups = snapshot.groups;
    state.closed = snapshot.closed;
    state.paused = snapshot.paused;
    state.malformed = snapshot.malformed;
    state.words = snapshot.words ?? [];
    state.priority = snapshot.priority ?? null;
    state.window = BatchWindow.fromJSON(snapshot.window);
    for (const file of snapshot.successors) state.successors.set(file.key, file);
    state.batches = BatchTable.fromJSON(snapshot.batches);
    for (const [site, target] of snapshot.targets) state.targets.set(site, target);
    state.ledger = decodeLedger(bytes);
    state.lastChangeAt = snapshot.lastChangeAt;
    for (const [batch, reason] of snapshot.held ?? []) state.held.set(batch, reason);
    return state;
  }
}
