import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { reportJob } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { TASK_MESSAGES } from '../../src/contract/messages.ts';
import { patiently } from '../../src/demo/patiently.ts';
import { seededRandom } from '../../src/demo/random.ts';
import type { JobReport } from '../../src/domain/file.ts';
import type { DayFiles, DayJob } from './day-files.ts';

/** Signals on their way at a time. */
const IN_FLIGHT = 32;
/** Users kill so many of their tasks, when the last output has come. Assumed. */
const SHARE_KILLED = 0.01;
/** So many jobs report a destination in somebody else's area. Assumed: it never happens but by mistake. */
const SHARE_BROKEN = 0.0002;
const HOLD_MS = 100;

export interface ReporterOptions {
  speed: number;
  signal: AbortSignal;
  /** @default all of the load */
  jobs?: readonly DayJob[];
  /** Some tasks are killed, and some records break a rule. @default true */
  mishaps?: boolean;
  /** Seconds from a task's last report until it is closed, which sends at once what waits in its windows. @default 0 */
  closeAfter?: number;
}

/** CRAB: reports each job of the day when its time has come, closes each task when its last job has been reported, and kills some then. */
export class Reporter {
  readonly #client: Client;
  readonly #day: DayFiles;
  readonly #speed: number;
  readonly #signal: AbortSignal;
  readonly #jobs: readonly DayJob[];
  readonly #mishaps: boolean;
  readonly #closeAfter: number;
  /** When each file was reported, epoch milliseconds; 0 for not yet. */
  readonly reportedAt: Float64Array;
  /** Files reported so far. */
  reported = 0;
  /** Files whose record breaks a rule. */
  broken = 0;
  /** Milliseconds for which the day's clock stood still because too much was waiting. */
  heldMs = 0;
  /** Seconds of the day that have passed. */
  clock = 0;
  /** Tasks by index that were killed. */
  readonly killed = new Set<number>();
  /** Set by whoever sees that too much is waiting: nothing more is reported then. */
  hold = false;

  constructor(client: Client, day: DayFiles, options: ReporterOptions) {
    const { speed, signal, jobs = day.jobs, mishaps = true, closeAfter = 0 } = options;
    this.#client = client;
    this.#day = day;
    this.#speed = speed;
    this.#signal = signal;
    this.#jobs = jobs;
    this.#mishaps = mishaps;
    this.#closeAfter = closeAfter;
    this.reportedAt = new Float64Array(day.files);
  }

  /** Reports everything. Where it is called off, nothing is on its way any more when it returns: the client may be closed then. */
  async run(): Promise<void> {
    const { tasks } = this.#day;
    const jobs = this.#jobs;
    const left = tasks.map((task) => task.jobs);
    const start = performance.now();
    let next = 0;
    const failed: unknown[] = [];
    const closing: Promise<unknown>[] = [];
    const reportNext = async (): Promise<void> => {
      for (let at = next++; at < jobs.length && failed.length === 0; at = next++) {
        const job = jobs[at]!;
        await this.#due(start, job);
        await this.#report(job);
        left[job.task]! -= 1;
        if (left[job.task]! > 0) continue;
        const closed = this.#close(job.task).catch((error: unknown) => failed.push(error));
        // Whoever closes at once has no more on its way than that.
        if (this.#closeAfter === 0) await closed;
        else closing.push(closed);
      }
    };
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, () => reportNext().catch((error: unknown) => failed.push(error))),
    );
    await Promise.all(closing);
    if (failed.length > 0) throw failed[0];
  }

  async #due(start: number, { at }: DayJob): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      const early = start + this.heldMs + (at / this.#speed) * 1000 - performance.now();
      if (!this.hold && early <= 0) break;
      await sleep(this.hold ? HOLD_MS : early);
    }
    this.clock = Math.max(this.clock, at);
  }

  async #report(job: DayJob): Promise<void> {
    const report = this.#day.report(job);
    if (this.#mishaps && seededRandom(job.first + 7)() < SHARE_BROKEN) this.#breakIn(report);
    const now = Date.now();
    this.reportedAt.fill(now, job.first, job.first + report.files.length);
    const { name } = this.#day.tasks[job.task]!;
    await patiently(this.#signal, () => reportJob(this.#client, name, report));
    this.reported += report.files.length;
  }

  #breakIn({ files }: JobReport): void {
    const [file] = files;
    if (!file) return;
    file.destinationLfn = file.destinationLfn.replace(/^\/store\/user\/\w+/, '/store/user/somebody');
    this.broken += 1;
  }

  async #close(task: number): Promise<void> {
    if (this.#closeAfter > 0) await sleep(this.#closeAfter * 1000, undefined, { signal: this.#signal });
    const { name, jobs } = this.#day.tasks[task]!;
    const handle = this.#client.workflow.getHandle(stageOutId(name));
    if (this.#mishaps && jobs > 1 && seededRandom(task + 1)() < SHARE_KILLED) {
      this.killed.add(task);
      const request = { reason: 'crab kill', by: 'the user' };
      await patiently(this.#signal, () => handle.signal(TASK_MESSAGES.cancel, request));
    }
    await patiently(this.#signal, () => handle.signal(TASK_MESSAGES.close));
  }
}
