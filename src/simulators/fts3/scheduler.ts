import { CLOSING, type CopyOutcome, type CopyProcess } from './copy.ts';
import { allowedRetries, endJobIfDone, retrySeconds, setFileState, setJobState, successorOf } from './job-progress.ts';
import { LinkQueues, type Link, type TransferUnit } from './link-queues.ts';
import type { FtsMessages } from './messages.ts';
import { QueueDeadlines } from './queue-deadlines.ts';
import { COPY_STALLED } from './reasons.ts';
import { ACTIVE_FILE_STATES, ACTIVE_JOB_STATES, type FileRow, type JobRow } from './rows.ts';
import type { SchedulerOptions } from './scheduler-options.ts';

/** So many copies that end at once are taken before other requests get their turn. */
const BURST = 1_000;

const STALLED: CopyOutcome = { kind: 'failed', reason: COPY_STALLED, recoverable: true };

interface RunningCopy {
  abort: AbortController;
  unit: TransferUnit;
  done: Promise<void>;
}

/** The transfer service: starts waiting files link by link, follows their copies, retries, expires, ends jobs. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #copy: CopyProcess;
  readonly #messages: FtsMessages | null;
  readonly #keep: () => void;
  readonly #queues = new LinkQueues();
  readonly #running = new Map<FileRow, RunningCopy>();
  readonly #changedJobs = new Set<JobRow>();
  readonly #deadlines = new QueueDeadlines();
  readonly #timers: NodeJS.Timeout[];
  #nextPid = 10_000;
  #closed = false;

  /**
   * @param messages are told of every change that the service itself makes
   * @param keep writes down what has changed
   */
  constructor(options: SchedulerOptions, copy: CopyProcess, messages: FtsMessages | null, keep: () => void) {
    this.#options = options;
    this.#copy = copy;
    this.#messages = messages;
    this.#keep = keep;
    this.#timers = [
      setInterval(() => this.#tick(), options.tickMs),
      setInterval(
        () => this.#deadlines.expire(Date.now()).forEach((job) => this.#changedJobs.add(job)),
        options.expiryCheckMs,
      ),
    ];
  }

  /** Takes in a new job. */
  submit(job: JobRow): void {
    this.#deadlines.watch(job);
    const waiting = job.files.filter((file) => file.state === 'SUBMITTED');
    if (job.type === 'Y') this.#queues.push(waiting);
    else for (const file of waiting) this.#queues.push([file]);
    // Tape is instant here: staging ends at the next tick.
    const staging = job.files.filter((file) => file.state === 'STAGING');
    if (staging.length > 0) this.#later(this.#options.tickMs, () => this.#stagingEnded(staging));
  }

  /** Takes in a job of a process that was killed, its copies too. */
  resume(job: JobRow): void {
    this.submit(job);
    const now = Date.now();
    for (const file of job.files) {
      const attempt = file.attempts.at(-1);
      if (attempt?.endedAt === null) Object.assign(attempt, { endedAt: now, reason: 'aborted' });
      if (file.state === 'READY' || file.state === 'ACTIVE') this.#giveUpLater(file);
      if (file.state === 'CANCELED' && file.finishTime === null) this.kill(file);
    }
    this.#changedJobs.add(job);
  }

  /** Gives a job's waiting files new places, after a change of priority. */
  requeue(job: JobRow): void {
    for (const file of job.files) {
      if (file.state === 'SUBMITTED' && file.retries === 0 && job.type !== 'Y') this.#queues.push([file]);
    }
  }

  /** A cancelled file no longer counts against its link, whether its copy still runs or not. */
  release(file: FileRow): void {
    const unit = this.#running.get(file)?.unit;
    if (unit?.files.every(({ state }) => !ACTIVE_FILE_STATES.has(state))) releaseSlot(unit);
  }

  /** Kills a cancelled file's copy after the grace time, then fills its finish time. */
  kill(file: FileRow): void {
    this.#later(this.#options.cancelGraceMs, () => {
      const copy = this.#running.get(file);
      copy?.abort.abort();
      void (copy?.done ?? Promise.resolve()).then(() => {
        file.finishTime = Date.now();
        file.job.isKept = false;
      });
    });
  }

  /** The machine that ran the copies dies: they end where they are. FTS believes them running until they have been silent for too long. */
  loseCopies(): void {
    for (const { abort } of this.#running.values()) abort.abort(CLOSING);
  }

  /** Stops the clockwork and all copies; resolves when they have cleaned up. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const copies = [...this.#running.values()];
    for (const { abort } of copies) abort.abort(CLOSING);
    await Promise.all(copies.map(({ done }) => done));
  }

  #later(ms: number, act: () => void): void {
    setTimeout(() => this.#closed || act(), ms).unref();
  }

  #tick(): void {
    if (this.#closed) return;
    this.#endJobs();
    let started = 0;
    for (const link of this.#queues.links()) {
      while (link.active < this.#options.activePerLink) {
        const files = link.next();
        if (!files) break;
        this.#start(files, link);
        started += files.length;
        if (started >= BURST) return void setImmediate(() => this.#tick());
      }
    }
    // Copies that end at once, as in instant mode, end their jobs in the same tick.
    this.#endJobs();
    this.#keep();
  }

  #endJobs(): void {
    const now = Date.now();
    for (const job of this.#changedJobs) endJobIfDone(job, now);
    this.#changedJobs.clear();
  }

  #start(files: FileRow[], link: Link): void {
    const now = Date.now();
    const unit: TransferUnit = { files, link, holdsSlot: true };
    link.active += 1;
    for (const file of files) {
      this.#setState(file, 'READY', now);
      file.startTime = now;
      file.pid = this.#nextPid++;
    }
    // An ordinary job is ACTIVE from its first READY file on; READY is seen for session-reuse jobs only.
    const [{ job } = { job: null }] = files;
    if (job && job.state === 'SUBMITTED') setJobState(job, job.type === 'Y' ? 'READY' : 'ACTIVE', now);
    this.#run(unit, 0);
  }

  /** Runs a unit's files one after the other, from the given one on. */
  #run(unit: TransferUnit, from: number): void {
    for (let at = from; at < unit.files.length && !this.#closed; at += 1) {
      const file = unit.files[at];
      if (file?.state !== 'READY') continue;
      const now = Date.now();
      this.#setState(file, 'ACTIVE', now);
      if (file.job.state === 'READY') setJobState(file.job, 'ACTIVE', now);
      const abort = new AbortController();
      const attempt = { startedAt: now, endedAt: null as number | null, reason: null as string | null };
      file.attempts.push(attempt);
      const settle = (outcome: CopyOutcome): void => {
        this.#running.delete(file);
        attempt.endedAt = Date.now();
        attempt.reason = outcome.kind === 'failed' ? outcome.reason : outcome.kind === 'aborted' ? 'aborted' : null;
        if (abort.signal.reason !== CLOSING) this.#messages?.complete(file, outcome, now, attempt.endedAt);
        file.job.isKept = false;
        if (abort.signal.reason === CLOSING) this.#giveUpLater(file);
        // Whatever a copy of a cancelled file reports comes too late.
        else if (file.state === 'ACTIVE' && !this.#closed) this.#ended(file, outcome, attempt.endedAt);
      };
      const outcome = this.#copy(file, abort.signal);
      if (outcome instanceof Promise) {
        const done = outcome.then((late) => {
          settle(late);
          this.#run(unit, at + 1);
        });
        return void this.#running.set(file, { abort, unit, done });
      }
      settle(outcome);
    }
    releaseSlot(unit);
  }

  /** A copy whose machine died is believed to run until it has been silent for too long. */
  #giveUpLater(file: FileRow): void {
    this.#later(this.#options.stalledAfterMs, () => {
      if (file.state === 'READY' || file.state === 'ACTIVE') this.#ended(file, STALLED, Date.now());
    });
  }

  #ended(file: FileRow, outcome: CopyOutcome, now: number): void {
    const { job } = file;
    file.duration = (now - (file.startTime ?? now)) / 1000;
    if (
      outcome.kind === 'failed' &&
      outcome.recoverable &&
      file.retries < allowedRetries(job, this.#options.defaultRetries)
    ) {
      return this.#retry(file, outcome.reason, now);
    }
    const failed = outcome.kind !== 'finished';
    file.finishTime = now;
    file.reason = outcome.kind === 'failed' ? outcome.reason : '';
    const isCancelled = outcome.kind === 'failed' && outcome.cancelled === true;
    this.#setState(file, isCancelled ? 'CANCELED' : failed ? 'FAILED' : 'FINISHED', now);
    file.recoverable = outcome.kind === 'failed' && outcome.recoverable;
    const successor = ACTIVE_JOB_STATES.has(job.state) ? successorOf(file) : null;
    if (successor) {
      this.#setState(successor, 'SUBMITTED', now);
      this.#queues.push([successor]);
    }
    this.#changedJobs.add(job);
    this.#keep();
  }

  #setState(file: FileRow, state: string, now: number): void {
    setFileState(file, state, now);
    this.#messages?.state(file, now);
  }

  /** The reason goes to the file's retries only: FTS leaves the file's own as it was. */
  #retry(file: FileRow, reason: string, now: number): void {
    file.retries += 1;
    file.retryLog.push({ attempt: file.retries, at: now, reason });
    file.startTime = null;
    file.pid = null;
    this.#setState(file, 'SUBMITTED', now);
    this.#later(retrySeconds(file.job) * this.#options.retrySecondMs, () => this.#queues.push([file]));
  }

  #stagingEnded(files: readonly FileRow[]): void {
    const now = Date.now();
    for (const file of files) {
      if (file.state !== 'STAGING') continue;
      this.#setState(file, 'SUBMITTED', now);
      this.#queues.push([file]);
      if (file.job.state === 'STAGING') setJobState(file.job, 'SUBMITTED', now);
    }
  }
}

function releaseSlot(unit: TransferUnit): void {
  if (!unit.holdsSlot) return;
  unit.holdsSlot = false;
  unit.link.active -= 1;
}
