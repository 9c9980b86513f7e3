import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { dataConverter } from '../../src/client/data-converter.ts';
import { jobOutcome, jobOutcomeNow, jobOutcomes } from '../../src/client/index.ts';
import type { JobRef } from '../../src/contract/crab-record.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { JobView } from '../../src/contract/job-status.ts';
import { TASK_QUERIES } from '../../src/contract/messages.ts';

/** How a caller comes to know that its job has an outcome. */
export type Way = 'result' | 'look' | 'query' | 'together';

/** Seconds between two looks, where a way looks from time to time; what one look costs is what counts. */
export const LOOK_EVERY: Readonly<Record<Exclude<Way, 'result'>, number>> = { look: 10, query: 10, together: 5 };

/** Callers that wait, each with a connection of its own as processes have; `together` is one caller for all jobs. */
export class WaitingCallers {
  readonly #connections: Connection[];
  readonly #stopping = new AbortController();
  readonly #waits: Promise<void>[] = [];
  /** Requests made so far, those that were refused and made again included. */
  requests = 0;
  /** What went wrong, by message. */
  readonly errors = new Map<string, number>();
  /** When the outcome of each job was known, `performance.now()`. */
  readonly known: number[] = [];

  private constructor(connections: Connection[]) {
    this.#connections = connections;
  }

  /** Connects all callers, and lets them wait. */
  static async start(way: Way, address: string, namespace: string, jobs: readonly JobRef[]): Promise<WaitingCallers> {
    const connections: Connection[] = [];
    const callers = new WaitingCallers(connections);
    const count = way === 'together' ? 1 : jobs.length;
    for (let at = 0; at < count; at += 50)
      connections.push(
        ...(await Promise.all(jobs.slice(at, Math.min(at + 50, count)).map(() => callers.#connect(address)))),
      );
    const clients = connections.map((connection) => new Client({ connection, namespace, dataConverter }));
    callers.requests = 0;
    if (way === 'together') callers.#wait(() => callers.#together(clients[0]!, jobs));
    else
      for (const [i, job] of jobs.entries()) callers.#wait(() => callers.#one(way, clients[i]!, job, i / jobs.length));
    return callers;
  }

  /** Ends all waits. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await Promise.all(this.#waits);
  }

  #connect(address: string): Promise<Connection> {
    return Connection.connect({
      address,
      interceptors: [
        (options, next) => {
          this.requests += 1;
          return next(options) as never;
        },
      ],
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
  async #one(way: Exclude<Way, 'together'>, client: Client, job: JobRef, phase: number): Promise<void> {
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
    return (
      view !== null && view.files.every(({ transfer }) => ['DONE', 'FAILED', 'KILLED', 'REJECTED'].includes(transfer))
    );
  }

  async #together(client: Client, jobs: readonly JobRef[]): Promise<void> {
    const options = { everyMs: LOOK_EVERY.together * 1000, signal: this.#stopping.signal };
    for await (const result of jobOutcomes(client, jobs, options)) {
      if ('error' in result) throw result.error;
      this.known.push(performance.now());
    }
  }
}
