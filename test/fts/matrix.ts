import Table from 'cli-table3';
import { expect, vi } from 'vitest';
import type { JobReport } from '../../src/domain/file.ts';
import type { AddedFault, RequestFault } from '../../src/simulators/request-faults.ts';
import type { Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import type { World } from '../support/world.ts';

/** Which submission of a batch meets the fault: its first one, or the one after a copy that failed. */
export const ATTEMPTS = ['first attempt', 'retry'] as const;
export type Attempt = (typeof ATTEMPTS)[number];

/** A copy that is worth another attempt. */
export const RESET = 'TRANSFER [104] Connection reset by peer';

/** What happens to the submission. */
export type SubmissionFault = Omit<RequestFault, 'method' | 'path' | 'containing' | 'skip'>;

/** One line of the matrix: a task of two files, whose submission meets a fault in one attempt. */
export class Cell {
  readonly fault: string;
  readonly attempt: Attempt;
  readonly work: TestTask;
  readonly report: JobReport;
  /** POSTs of the task. */
  readonly posts: AddedFault;
  /** What the files contain, in their order. */
  readonly bytes: (string | null)[];

  private constructor(
    line: { fault: string; attempt: Attempt; work: TestTask; report: JobReport; posts: AddedFault },
    bytes: (string | null)[],
  ) {
    ({ fault: this.fault, attempt: this.attempt, work: this.work, report: this.report, posts: this.posts } = line);
    this.bytes = bytes;
  }

  /** Lays the files at their site and scripts the fault. Nothing is reported yet. */
  static async prepare(
    { world, rig }: { world: World; rig: Rig },
    fault: string,
    attempt: Attempt,
    submission: SubmissionFault = { times: 0 },
  ): Promise<Cell> {
    const work = new TestTask(world, rig);
    if (attempt === 'retry') work.fault('', { times: 1, outcome: { fail: RESET } });
    const posts = world.fts.server.faults.add({
      ...{ method: 'POST', path: '^/jobs$', containing: work.name },
      ...{ skip: attempt === 'retry' ? 1 : 0, times: 1, ...submission },
    });
    const report = await work.job({ outputs: 2, publish: false });
    const bytes = await Promise.all(report.files.map((file) => work.atSource(file)));
    return new Cell({ fault, attempt, work, report, posts }, bytes);
  }

  /** FTS jobs and POSTs of the attempts before the one that meets the fault. */
  get before(): number {
    return this.attempt === 'retry' ? 1 : 0;
  }

  /** States of the FTS jobs: those of the attempts before, then these. */
  states(...states: string[]): string[] {
    return [...(this.attempt === 'retry' ? ['FAILED'] : []), ...states];
  }

  /** Waits until the POST has met its fault. */
  async struck(times = 1): Promise<void> {
    await vi.waitFor(() => expect(this.posts.used).toBe(times), { timeout: 25_000, interval: 20 });
  }

  /** Waits until FTS has copies in these states after those of the attempts before. */
  async copying(...states: string[]): Promise<void> {
    const all = this.states(...states).flatMap((state) => this.report.files.map(() => state));
    await vi.waitFor(() => expect(this.work.copyStates()).toEqual(all), { timeout: 25_000, interval: 20 });
  }

  /** The task ends; each file is at its destination as the job wrote it, gone from its source, and was never written by two copies at once. */
  async expectDone({ bytes = this.bytes }: { bytes?: (string | null)[] } = {}): Promise<void> {
    const { work, report } = this;
    expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 } });
    expect(await Promise.all(report.files.map((file) => work.arrived(file)))).toEqual(bytes);
    expect(await Promise.all(report.files.map((file) => work.atSource(file)))).toEqual([null, null]);
    expectOneWriter(work);
  }

  /** FTS jobs in these states, each with both files and nothing else; our books name no others. */
  async expectJobs(states: string[], adopted = states.length): Promise<void> {
    const jobs = this.work.ftsJobs();
    expect(jobs.map(({ state }) => state)).toEqual(states);
    const lfns = this.report.files.map(({ destinationLfn }) => destinationLfn).sort();
    for (const { files } of jobs)
      expect(files.map(({ destination }) => destination.slice(destination.indexOf('/store/'))).sort()).toEqual(lfns);
    for (const { detail } of await this.work.files()) {
      const known = jobs.map(({ jobId }) => jobId);
      expect(detail?.ftsJobIds).toHaveLength(adopted);
      expect(known).toEqual(expect.arrayContaining(detail?.ftsJobIds ?? []));
    }
  }
}

/** No destination of the task was written by two copies at once, whoever asked for them. */
export function expectOneWriter(work: TestTask): void {
  const copies = new Map<string, { startedAt: number; endedAt: number | null }[]>();
  for (const { destination, attempts } of work.allCopies())
    copies.set(destination, [...(copies.get(destination) ?? []), ...attempts]);
  for (const [destination, attempts] of copies) {
    attempts.sort((a, b) => a.startedAt - b.startedAt);
    for (const [at, { startedAt }] of attempts.entries())
      if (at > 0) expect(attempts[at - 1]?.endedAt ?? Infinity, destination).toBeLessThanOrEqual(startedAt);
  }
}

/** The lines of a matrix as they are done, printed when all are. */
export class MatrixReport {
  readonly #lines: [fault: string, attempt: string, jobs: string, posts: number, states: string][] = [];

  add({ fault, attempt, work, posts }: Cell, states: Record<string, number | undefined>): void {
    const jobs = work.ftsJobs().map(({ state }) => state);
    const final = Object.entries(states).map(([state, files]) => `${files} ${state}`);
    this.#lines.push([fault, attempt, `${jobs.length}: ${jobs.join(', ')}`, posts.seen, final.join(', ')]);
  }

  print(title: string, expected: number): void {
    const table = new Table({
      head: ['fault', 'attempt', 'FTS jobs', 'POSTs', 'files'],
      style: { compact: true, head: [], border: [] },
    });
    table.push(...this.#lines.sort(([a], [b]) => a.localeCompare(b)));
    console.log(`${title}: ${this.#lines.length} of ${expected} as they should be\n${table.toString()}`);
  }
}
