import type { BatchFile } from '../../src/domain/batch/batch-file.ts';
import { priorityFor } from '../../src/domain/batch/job-priority.ts';
import type { FtsFileResult } from '../../src/domain/batch/fts-results.ts';
import type { ArrivalResult, SettleResult } from '../../src/domain/batch/settling.ts';
import { outcomeOf } from '../../src/domain/operations/copy-outcomes.ts';
import { holdOf } from '../../src/domain/operations/hold.ts';
import type { FtsTarget } from '../../src/domain/orders.ts';
import type { Measure, QueuedFile } from '../../src/domain/publication/publisher-state.ts';
import type { BatchWorld, Following, Submission } from '../../test/domain/model/batch-world.ts';
import type { BlockResult, PublisherWorld } from '../../test/domain/model/publisher-actor.ts';
import type { TaskWorld } from '../../test/domain/model/task-actor.ts';
import { HALF } from './cores.ts';
import type { FtsJob } from './fts-rows.ts';
import type { Universe } from './universe.ts';

const TARGET: FtsTarget = { server: 'https://fts', vo: 'cms', baseId: '01874efb-4735-4595-bc9c-591aef8240c9' };
/** Lumi sections of an output file. Assumed: blocks of 100 files are below the limit of 100,000. */
const LUMIS = 50;

/** FTS, storage, catalog and rules as one task meets them. Storage and catalog always answer, and what FTS says has arrived is there. */
export class ModelTaskWorld implements BatchWorld, PublisherWorld, TaskWorld {
  /** Nothing is found out by it: what continued runs lose is what the property tests look for. */
  readonly continues = false;
  readonly #universe: Universe;
  readonly #task: string;
  readonly #user: string;
  readonly #arrived = new Set<string>();

  constructor(universe: Universe, task: string, user: string) {
    this.#universe = universe;
    this.#task = task;
    this.#user = user;
  }

  get now(): number {
    return this.#universe.now;
  }
  get random(): () => number {
    return this.#universe.random;
  }

  targetOf = (): FtsTarget => TARGET;

  submit(jobId: string, files: BatchFile[]): Submission {
    const { fts, findings, policy } = this.#universe;
    const [first] = files;
    const reason = first ? this.holdOf(first) : null;
    if (reason !== null) return { kind: 'barred', reason };
    fts.submit(this.#idOf(jobId), files, priorityFor(policy, files.length));
    findings.ftsRequests.submit += 1;
    findings.jobSizes.push(files.length);
    findings.sent += files.length;
    return { kind: 'submitted' };
  }

  /** The job in FTS, as it stands. */
  jobOf(jobId: string): FtsJob | undefined {
    return this.#universe.fts.jobs.get(this.#idOf(jobId));
  }

  /** Whether a look at a job would find anything new, or that following is to end. Counts the request. */
  hasNews(jobId: string): boolean {
    this.#universe.looked(this.#user);
    const job = this.jobOf(jobId);
    return !job || job.news > 0 || this.#isStalled(job);
  }

  follow(jobId: string): Following {
    const { findings } = this.#universe;
    const job = this.jobOf(jobId);
    if (!job) return 'gone';
    if (job.news === 0) return this.#isStalled(job) ? 'stalled' : [];
    for (const row of job.rows) {
      if (row.finishedAt === null || row.finishedAt < job.changedAt) continue;
      findings.endToKnown.push((this.now - row.finishedAt) / 1000);
      if (row.state === 'FINISHED') this.#arrived.add(row.key);
      const { source, destination } = row;
      this.#universe.saw({ task: this.#task, source, destination, ...outcomeOf(row.state, row.reason), copies: 1 });
    }
    job.news = 0;
    job.changedAt = this.now;
    return this.look(jobId);
  }

  look(jobId: string): FtsFileResult[] {
    return this.#universe.fts.rowsOf(this.#idOf(jobId));
  }

  cancel(jobId: string): void {
    this.#universe.findings.ftsRequests.cancel += 1;
    this.#universe.fts.cancel(this.#idOf(jobId));
  }

  /** The batch that had a job has ended. */
  forget(jobIds: Iterable<string>): void {
    for (const id of jobIds) this.#universe.fts.jobs.delete(this.#idOf(id));
  }

  settle({ key }: BatchFile, removeSource: boolean): SettleResult {
    const isThere = this.#arrived.has(key);
    this.#universe.cores?.use({ files: HALF });
    const source = isThere && removeSource ? 'removed' : 'untouched';
    return { key, destination: isThere ? 'right' : 'absent', source, reason: null };
  }

  removeArrived = ({ key }: BatchFile): ArrivalResult => ({
    key,
    found: this.#arrived.delete(key) ? 'removed' : 'absent',
  });

  holdOf({ record: { source, destination } }: BatchFile): string | null {
    const { operations } = this.#universe;
    const errand = { task: this.#task, user: this.#user, source, destination };
    const hold = holdOf(operations.rules, errand, this.now);
    if (hold?.probe !== undefined && this.#universe.mayProbe(hold.probe, `${this.#task} ${source}`)) return null;
    return hold?.reason ?? null;
  }

  measure = ({ size: bytes }: QueuedFile): Measure => ({ lumis: LUMIS, bytes });

  publishBlock(block: QueuedFile[]): BlockResult {
    this.#universe.findings.blockSizes.push(block.length);
    return { settled: block.map(({ key }) => ({ key, state: 'DONE', reason: null })), missing: [] };
  }

  #isStalled(job: FtsJob): boolean {
    const { fileTimeout, jobTimeout } = this.#universe.policy;
    return this.now > Math.min(job.changedAt + fileTimeout * 1000, job.submittedAt + jobTimeout * 1000);
  }

  #idOf = (jobId: string): string => `${this.#task} ${jobId}`;
}
