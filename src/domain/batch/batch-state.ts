import { classify, DEADLINE_REASON } from '../failure-classes.ts';
import type { BatchFileInput, DroppedFile, FtsTarget } from '../orders.ts';
import { wholePolicy, type Policy } from '../policy.ts';
import { nextAttempt } from '../retry.ts';
import { newBatchFile, type BatchFile, type Kill } from './batch-file.ts';
import type { BatchSnapshot } from './batch-snapshot.ts';
import { FileEvents } from './file-events.ts';
import { volumeOf } from '../ledger/volume.ts';
import type { Shadow } from './shadows.ts';

/** Keeps so many attempts of a file, the latest: above all budgets of the classes together that a file meets in practice. */
const KEPT_ATTEMPTS = 10;

/** The files of one batch and what is to happen to them next. Pure: workflow code carries out, and tells it what came of it. */
export class BatchState {
  readonly files = new Map<string, BatchFile>();
  readonly policy: Policy;
  /** Attempts begun: part of the submission id. */
  attempt = 0;
  startedAt: number;
  target: FtsTarget | null = null;
  /** A target that the task is to be told of. */
  newTarget: FtsTarget | null = null;
  slot: BatchSnapshot['slot'] = 'idle';
  /** Let go of, not yet told to the task. */
  dropped: DroppedFile[] = [];
  shadows: Shadow[] = [];
  /** The task knows that copies of files that are final may still run. */
  toldLingering = false;
  /** The task knows that the publisher's word is all that the batch waits for. */
  toldEndsPublished = false;
  /** Bytes by state as the task has them: those of the files it gave. */
  toldBytes: string;
  ftsJobId: string | null = null;
  /** What the job in flight carries. */
  ftsDigest = '';
  submittedAt = 0;
  moves = 0;
  /** The task has ended: nothing final will change any more. */
  finished = false;
  /** Why an operator's rule holds everything that is not in FTS; null where none does. */
  bar: string | null = null;
  /** What has happened to files, for metrics and logs. */
  readonly events = new FileEvents();
  /** What an operator has asked for; null where nobody has. */
  priority: number | null = null;
  /** What was asked for when the job in flight was sent, or was told FTS since. */
  jobPriority: number | null = null;

  constructor(inputs: BatchFileInput[], policy: Policy, now: number) {
    this.policy = wholePolicy(policy);
    this.startedAt = now;
    for (const input of inputs) {
      const file = newBatchFile(input, now);
      if (input.afterKill) file.notBefore = Math.max(file.notBefore, now + this.policy.cancelGrace * 1000);
      this.files.set(input.key, file);
    }
    if (this.list('waiting').length > 0) this.slot = 'wanted';
    this.toldBytes = String(this.bytes());
  }

  /** Bytes of its files that are open, DONE, and FAILED or KILLED. */
  bytes(): [open: number, done: number, failed: number] {
    const { open, done, failed } = volumeOf(this.files.values());
    return [open, done, failed];
  }

  list(phase: BatchFile['phase']): BatchFile[] {
    return [...this.files.values()].filter((file) => file.phase === phase);
  }

  /**
   * When the first file's time is up, epoch milliseconds; null where none is counted. It counts from when the batch began, since the window
   * before is short.
   */
  get deadline(): number | null {
    const counted = [...this.list('waiting'), ...this.list('sent')].filter(({ kill }) => kill === null);
    const times = counted.flatMap(({ since }) => since ?? []);
    return times.length > 0 ? Math.min(...times) + this.policy.stageOutTimeout * 1000 : null;
  }

  /** The file's time over all attempts is up. */
  isLate({ since }: BatchFile, now: number): boolean {
    return since !== null && now >= since + this.policy.stageOutTimeout * 1000;
  }

  /** When the next attempt may begin: with the earliest file due, but together with those due within one window of it. */
  nextAttemptAt(): number | null {
    const due = this.#sendable().map(dueAt);
    if (due.length === 0) return null;
    const earliest = Math.min(...due);
    return Math.max(...due.filter((at) => at <= earliest + this.policy.batchWindow * 1000));
  }

  /** Begins an attempt with what is due; its files are the FTS job's, immutable. */
  beginAttempt(now: number): BatchFile[] {
    const files = this.#sendable().filter((file) => dueAt(file) <= now);
    this.attempt += 1;
    this.jobPriority = this.priority;
    for (const file of files) {
      file.phase = 'sent';
      file.transfer = 'SUBMITTED';
      file.retryAt = null;
      file.heldReason = null;
    }
    return files;
  }

  /** FTS has taken the files as this job. */
  submitted(jobId: string, digest: string, now: number): void {
    this.ftsJobId = jobId;
    this.ftsDigest = digest;
    this.submittedAt = now;
    this.moves = 0;
    for (const file of this.list('sent')) {
      file.ftsJobIds.push(jobId);
      file.since ??= now;
      this.events.add('submitted', file, now, { since: file.submittedAt === undefined ? file.reportedAt : null });
      file.submittedAt ??= now;
    }
  }

  /** FTS takes us for somebody else than before. */
  retarget(target: FtsTarget): void {
    this.target = target;
    this.newTarget = target;
  }

  /** Files of the current FTS job that somebody wants stopped. */
  toKill(): BatchFile[] {
    return this.list('sent').filter(({ kill }) => kill !== null);
  }

  /** Whether an earlier copy of a file may still run. */
  isShadowed(key: string): boolean {
    return this.shadows.some((shadow) => shadow.key === key);
  }

  /** Asks a file to stop. What has not been sent stops at once; what seems to have arrived, unless our look finds it there. */
  kill(file: BatchFile, kill: Kill, now: number): void {
    if (file.phase === 'settled') return;
    if (file.kill && kill.why !== 'superseded') return;
    file.kill = kill;
    if (file.phase === 'waiting') this.stopped(file, 0, now);
    else file.transfer = 'KILL';
  }

  /** A file has stopped: as its kill says. `notBefore`: when a newer copy may be sent, epoch milliseconds. */
  stopped(file: BatchFile, notBefore: number, now: number): void {
    const { kill } = file;
    file.notBefore = Math.max(file.notBefore, notBefore);
    if (kill?.why === 'superseded' && !this.isShadowed(file.key)) return this.drop(file, now);
    file.phase = 'settled';
    file.finalAt = now;
    file.suspicion = null;
    file.retryAt = null;
    if (kill?.why === 'deadline') {
      // Whoever held it is to blame, and CRAB reads so.
      const reason = file.heldReason === null ? DEADLINE_REASON : `${DEADLINE_REASON}, held: ${file.heldReason}`;
      this.#note(file, reason, 'CANCELED', now);
      file.transfer = 'FAILED';
      this.events.add('failed', file, now, { attempt: file.attempts.at(-1) });
    } else {
      file.transfer = 'KILLED';
      this.events.add('killed', file, now, { reason: kill?.reason ?? null });
    }
  }

  /** Lets go of a file for a newer generation. What arrives of it late is that one's to overwrite. */
  drop(file: BatchFile, now: number): void {
    this.files.delete(file.key);
    this.shadows = this.shadows.filter(({ key }) => key !== file.key);
    this.events.add('superseded', file, now);
    this.dropped.push({ key: file.key, publication: file.publication, notBefore: Math.max(file.notBefore, now) });
  }

  /** An attempt of a file failed: another one later, or the end. */
  failed(file: BatchFile, reason: string, ftsState: string, now: number, random: () => number): void {
    if (file.kill) return this.stopped(file, 0, now);
    this.#note(file, reason, ftsState, now);
    if (this.isLate(file, now)) {
      file.kill = DEADLINE;
      return this.stopped(file, 0, now);
    }
    file.suspicion = null;
    const next = nextAttempt(file.attempts, this.policy, random);
    if (next.giveUp) {
      file.phase = 'settled';
      file.finalAt = now;
      file.transfer = 'FAILED';
      this.events.add('failed', file, now, { attempt: file.attempts.at(-1) });
    } else {
      file.phase = 'waiting';
      file.transfer = 'RETRY';
      file.retryAt = now + next.retryInMs;
      this.events.add('retry', file, now, { attempt: file.attempts.at(-1), policy: this.policy });
    }
  }

  /** FTS says it is there, or it may be there all the same: our own look decides. */
  arrived(file: BatchFile, now: number, suspicion: BatchFile['suspicion'] = null): void {
    file.phase = 'arrived';
    file.suspicion = suspicion;
    file.sourceReason = null;
    file.lookAt = now;
    file.looks = 0;
  }

  /** Ends what has taken longer than a file may over all attempts. Returns whether anything was over. */
  expire(now: number): boolean {
    const open = [...this.list('waiting'), ...this.list('sent')].filter((file) => this.isLate(file, now));
    for (const file of open) this.kill(file, DEADLINE, now);
    return open.length > 0;
  }

  snapshot(): BatchSnapshot {
    const { attempt, startedAt, target, newTarget, slot, dropped, shadows, toldLingering, toldBytes } = this;
    const { ftsJobId, ftsDigest, submittedAt, moves, finished, bar, priority, jobPriority, toldEndsPublished } = this;
    const files = [...this.files.values()];
    const told = { dropped, shadows, toldLingering, toldBytes, ftsJobId, ftsDigest, submittedAt, moves, finished, bar };
    return { files, attempt, startedAt, target, newTarget, slot, priority, jobPriority, toldEndsPublished, ...told };
  }

  static restore(snapshot: BatchSnapshot, policy: Policy): BatchState {
    const { files, ...rest } = snapshot;
    const state = new BatchState([], policy, snapshot.startedAt);
    for (const file of files) state.files.set(file.key, file);
    return Object.assign(state, rest);
  }

  /** Files that wait for an attempt and have no earlier copy that may still run. */
  #sendable(): BatchFile[] {
    return this.list('waiting').filter(({ key }) => !this.isShadowed(key));
  }

  #note(file: BatchFile, reason: string, ftsState: string, now: number): void {
    const rule = classify(reason, ftsState);
    const ftsJobId = file.ftsJobIds.at(-1) ?? null;
    file.attempts.push({ ftsJobId, class: rule.class, code: rule.code, reason, at: now });
    if (file.attempts.length > KEPT_ATTEMPTS) file.attempts.shift();
  }
}

/** The kill of a file whose time over all attempts is up. */
export const DEADLINE: Kill = { why: 'deadline', reason: DEADLINE_REASON, by: 'policy' };

const dueAt = (file: BatchFile): number => Math.max(file.retryAt ?? 0, file.notBefore);
