import type { BatchFile } from '../../src/domain/batch/batch-file.ts';
import type { FtsFileResult } from '../../src/domain/batch/fts-results.ts';
import { drawCopySeconds, drawOutcome } from '../support/cms-copies.ts';
import type { EventQueue } from './event-queue.ts';
import { FtsLink } from './fts-link.ts';
import type { FtsJob, FtsOptions, FtsRow } from './fts-rows.ts';

/** FTS3 as its users see it: a queue per link, by priority and then in order of arrival, so many copies at a time, outcomes in production's proportions, expiry of what waits too long. */
export class FtsModel {
  readonly jobs = new Map<string, FtsJob>();
  /** Copies that run, and the most that ever did. */
  active = 0;
  mostActive = 0;
  readonly #queue: EventQueue;
  readonly #random: () => number;
  readonly #maxTimeInQueue: number;
  readonly #options: FtsOptions;
  readonly #links = new Map<string, Map<string, FtsLink>>();
  readonly #into = new Map<string, number>();

  /** @param maxTimeInQueue seconds, as its jobs ask for */
  constructor(queue: EventQueue, random: () => number, maxTimeInQueue: number, options: FtsOptions = {}) {
    this.#queue = queue;
    this.#random = random;
    this.#maxTimeInQueue = maxTimeInQueue;
    this.#options = options;
  }

  submit(id: string, files: readonly BatchFile[], priority: number): void {
    const now = this.#queue.now;
    const job: FtsJob = { id, priority, rows: [], submittedAt: now, news: 0, changedAt: now, open: files.length };
    this.jobs.set(id, job);
    for (const { key, record } of files) {
      const { source, destination, size: bytes } = record;
      const row: FtsRow = {
        ...{ key, job, source, destination, bytes, state: 'SUBMITTED', reason: '' },
        ...{ startedAt: null, finishedAt: null, next: null },
      };
      job.rows.push(row);
      this.#enqueue(row);
    }
  }

  /** What a look at a job finds. */
  rowsOf(id: string): FtsFileResult[] {
    return (this.jobs.get(id)?.rows ?? []).map(({ key, state, reason, startedAt, finishedAt }) => ({
      ...{ key, state, reason },
      startedAt: startedAt === null ? null : startedAt / 1000,
      finishedAt: finishedAt === null ? null : finishedAt / 1000,
    }));
  }

  /** DELETE of a job; copies that run are stopped at once. */
  cancel(id: string): void {
    for (const row of this.jobs.get(id)?.rows ?? [])
      if (row.state === 'SUBMITTED' || row.state === 'ACTIVE') this.#end(row, 'CANCELED', 'Job canceled by the user');
  }

  #enqueue(row: FtsRow): void {
    const startable = this.#options.startableAt?.(row, this.#queue.now) ?? 0;
    if (startable > this.#queue.now) {
      const expires = row.job.submittedAt + this.#maxTimeInQueue * 1000;
      row.next = this.#queue.at(Math.min(startable, expires), () =>
        startable < expires ? this.#enqueue(row) : this.#expire(row),
      );
      return;
    }
    const link = this.#linkOf(row);
    link.add(row, this.#options.inOrderOfArrival ? 0 : row.job.priority);
    this.#start(link, row.destination);
  }

  #start(link: FtsLink, destination: string): void {
    const { activePerLink = 50, activePerSite = 200 } = this.#options;
    while (link.active < activePerLink && (this.#into.get(destination) ?? 0) < activePerSite) {
      const row = link.next();
      if (!row) return;
      if (row.state !== 'SUBMITTED') continue;
      if (this.#queue.now > row.job.submittedAt + this.#maxTimeInQueue * 1000) this.#expire(row);
      else this.#copy(link, row);
    }
  }

  #copy(link: FtsLink, row: FtsRow): void {
    const { outcomeOf, secondsOf } = this.#options;
    const given = outcomeOf?.(row, this.#queue.now);
    const failure = given === undefined ? drawOutcome(this.#random) : given;
    if (failure?.state === 'CANCELED') {
      // Production's queue expiries: FTS never gets to the file.
      const at = row.job.submittedAt + this.#maxTimeInQueue * 1000;
      row.next = this.#queue.at(at, () => this.#end(row, 'CANCELED', failure.reason));
      return;
    }
    link.active += 1;
    this.#into.set(row.destination, (this.#into.get(row.destination) ?? 0) + 1);
    this.mostActive = Math.max(this.mostActive, ++this.active);
    Object.assign(row, { state: 'ACTIVE', startedAt: this.#queue.now });
    const seconds = secondsOf ? secondsOf(row) : drawCopySeconds(this.#random, row.bytes);
    row.next = this.#queue.at(this.#queue.now + seconds * 1000, () =>
      failure ? this.#end(row, failure.state, failure.reason) : this.#end(row, 'FINISHED', ''),
    );
  }

  #expire(row: FtsRow): void {
    const reason = 'Job has been canceled because it stayed in the queue for too long (max-time-in-queue timeout)';
    this.#end(row, 'CANCELED', reason);
  }

  #end(row: FtsRow, state: FtsRow['state'], reason: string): void {
    const wasActive = row.state === 'ACTIVE';
    row.next?.cancel();
    Object.assign(row, { state, reason, finishedAt: this.#queue.now, next: null });
    row.job.news += 1;
    row.job.open -= 1;
    if (!wasActive) return;
    this.active -= 1;
    this.#into.set(row.destination, (this.#into.get(row.destination) ?? 1) - 1);
    const link = this.#linkOf(row);
    link.active -= 1;
    this.#start(link, row.destination);
    // Where the site was what held them, other links into it go on, too.
    if ((this.#into.get(row.destination) ?? 0) === (this.#options.activePerSite ?? 200) - 1)
      for (const other of this.#links.get(row.destination)?.values() ?? []) this.#start(other, row.destination);
  }

  #linkOf({ source, destination }: FtsRow): FtsLink {
    let links = this.#links.get(destination);
    if (!links) this.#links.set(destination, (links = new Map<string, FtsLink>()));
    let link = links.get(source);
    if (!link) links.set(source, (link = new FtsLink()));
    return link;
  }
}
