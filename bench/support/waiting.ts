import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { dataConverter } from '../../src/client/data-converter.ts';
import { jobOutcome, jobOutcomeNow, jobOutcomes } from '../../src/client/index.ts';
import type { JobRef } from '../../src/contract/crab-record.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { JobView } from '../../src/contract/job-status.ts';
import { TASK_QUERIES } from '../../src/contract/messages.ts';
import { isFinalTransfer } from '../../src/domain/states.ts';
import type { CrabProcess } from './crab-process.ts';

/** How a caller comes to know that its job has an outcome; `crab`: from CRAB's row of its file, which the service tells. */
export const WAYS = ['result', 'look', 'query', 'together', 'crab'] as const;
export type Way = (typeof WAYS)[number];

/** A job that is waited for. */
export interface WaitedJob extends JobRef {
  /** Id of its only file. */
  fileId: string;
}

/** Where callers look. */
export interface Where {
  address: string;
  namespace: string;
  crab: CrabProcess;
}

/** Seconds between two looks, where a way looks from time to time; what one look costs is what counts. */
export const LOOK_EVERY: Readonly<Record<Exclude<Way, 'result'>, number>> = {
  ...{ look: 10, query: 10, together: 5, crab: 10 },
};

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** Longer than any pause of gRPC's retries: 5 s and a fifth of it. */
const RETRY_PAUSE_MS = 7_000;
/** gRPC's status where a server has no room. */
const RESOURCE_EXHAUSTED = 8;

/** Callers that wait, each with a connection of its own as processes have; `together` is one caller for all jobs. */
export class WaitingCallers {
  readonly #connections: Connection[];
  readonly #stopping = new AbortController();
  readonly #waits: Promise<void>[] = [];
  /** Requests made so far, those that were refused and made again included; `refused`: those that Temporal had no room for. */
  readonly counts = { temporal: 0, refused: 0, crab: 0 };
  /** What went wrong, by message. */
  readonly errors = new Map<string, number>();
  /** When the outcome of each job was known, `performance.now()`. */
  readonly known: number[] = [];

  private constructor(connections: Connection[]) {
    this.#connections = connections;
  }

  /** Connects all callers, and lets them wait. */
  static async start(way: Way, where: Where, jobs: readonly WaitedJob[]): Promise<WaitingCallers> {
    const connections: Connection[] = [];
    const callers = new WaitingCallers(connections);
    if (way === 'crab') {
      for (const [i, job] of jobs.entries()) callers.#wait(() => callers.#atCrab(where.crab, job, i / jobs.length));
      return callers;
    }
    const { address, namespace } = where;
    const count = way === 'together' ? 1 : jobs.length;
    for (let at = 0; at < count; at += 50)
      connections.push(
        ...(await Promise.all(jobs.slice(at, Math.min(at + 50, count)).map(() => callers.#connect(address)))),
      );
    const clients = connections.map((connection) => new Client({ connection, namespace, dataConverter }));
    Object.assign(callers.counts, { temporal: 0, refused: 0 });
    if (way === 'together') callers.#wait(() => callers.#together(clients[0]!, jobs));
    else
      for (const [i, job] of jobs.entries()) callers.#wait(() => callers.#one(way, clients[i]!, job, i / jobs.length));
    return callers;
  }

  /** Ends all waits. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // A refused request may be about to be made again, which ends badly on a connection that is closed.
    if (this.counts.refused > 0) await sleep(RETRY_PAUSE_MS);
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await Promise.all(this.#waits);
  }

  #connect(address: string): Promise<Connection> {
    // Refusals are tried again as any client does by default; each attempt counts.
    const retry = defaultGrpcRetryOptions();
    const retryableDecider: typeof retry.retryableDecider = (attempt, status) => {
      if (Number(status.code) === RESOURCE_EXHAUSTED) this.counts.refused += 1;
      return !this.#stopping.signal.aborted && retry.retryableDecider(attempt, status);
    };
    const count: Interceptor = (options, next) => {
      this.counts.temporal += 1;
      return next(options) as never;
    };
    return Connection.connect({
      address,
      interceptors: [makeGrpcRetryInterceptor({ ...retry, retryableDecider }), count],
    });
  }

  #wait(work: () => Promise<void>): void {
    this.#waits.push(
      work().catch((error: unknown) => {
        if (this.#stopping.signal.aborted) return;
        const message = String(error).slice(0, 120);
        this.errors.set(message, (this.errors.get(message) ?? 0) + 1);
      }),
    );
  }

  /** @param phase where between two looks of the others this caller looks, from 0 to 1 */
  async #one(way: 'result' | 'look' | 'query', client: Client, job: JobRef, phase: number): Promise<void> {
    if (way === 'result') await jobOutcome(client, job);
    else {
      const everyMs = LOOK_EVERY[way] * 1000;
      const { signal } = this.#stopping;
      await sleep(everyMs * phase, undefined, { signal });
      while (!(await this.#hasEnded(way, client, job))) await sleep(everyMs, undefined, { signal });
    }
    this.known.push(performance.now());
  }

  async #hasEnded(way: 'look' | 'query', client: Client, job: JobRef): Promise<boolean> {
    if (way === 'look') return (await jobOutcomeNow(client, job)) !== null;
    const view = await client.workflow
      .getHandle(stageOutId(job.task))
      .query<JobView | null, [string]>(TASK_QUERIES.job, job.jobId);
    return view !== null && view.files.every(({ transfer }) => isFinalTransfer(transfer));
  }

  async #atCrab(crab: CrabProcess, { fileId }: WaitedJob, phase: number): Promise<void> {
    const everyMs = LOOK_EVERY.crab * 1000;
    const { signal } = this.#stopping;
    await sleep(everyMs * phase, undefined, { signal });
    for (;;) {
      this.counts.crab += 1;
      if (await crab.hasEnded(fileId, signal)) break;
      await sleep(everyMs, undefined, { signal });
    }
    this.known.push(performance.now());
  }

  async #together(client: Client, jobs: readonly JobRef[]): Promise<void> {
    const options = { everyMs: LOOK_EVERY.together * 1000, signal: this.#stopping.signal };
    for await (const result of jobOutcomes(client, jobs, options)) {
      if ('error' in result) throw result.error;
      this.known.push(performance.now());
    }
  }
}
