import { setTimeout as sleep } from 'node:timers/promises';
import { patiently } from '../../src/demo/patiently.ts';
import { until } from '../../src/demo/until.ts';
import type { JobReport } from '../../src/domain/file.ts';
import type { Rig } from '../../test/support/rig.ts';
import { TestTask } from '../../test/support/test-task.ts';
import { SITES, type World } from '../../test/support/world.ts';
import { atMost, none, type Bound } from './report/bound.ts';

/** Jobs reported a second while something dies. */
const PER_SECOND = 5;
const PATIENCE_MS = 120_000;

/** What became of all files, counted in the books of FTS and DBS and on the disks. */
export interface Outcome {
  files: number;
  /** Job outputs that Temporal had taken, and did not know any more afterwards. */
  forgotten: number;
  /** Not at their destinations as they were at their sources. */
  lost: number;
  /** Not in DBS, or there twice. */
  unpublished: number;
  /** Still at their sources. */
  left: number;
  /** Copied again by FTS though they had arrived. */
  copiedAgain: number;
}

/** A task whose job outputs are reported one after the other, while parts of Temporal die. */
export class Rehearsal {
  readonly task: TestTask;
  readonly #world: World;
  readonly #jobs: readonly JobReport[];
  /** Job outputs that Temporal has said it has. */
  readonly #taken: JobReport[] = [];
  #reporting: Promise<void> = Promise.resolve();

  private constructor(world: World, task: TestTask, jobs: readonly JobReport[]) {
    this.#world = world;
    this.task = task;
    this.#jobs = jobs;
  }

  /** Lays the jobs' files, two outputs each, and begins to report them. */
  static async begin(world: World, rig: Rig, count: number): Promise<Rehearsal> {
    const task = new TestTask(world, rig);
    const sources = SITES.filter((site) => site !== 'T2_CH_CERN');
    const jobs: JobReport[] = [];
    for (let i = 0; i < count; i++)
      jobs.push(await task.job({ jobId: String(i + 1), outputs: 2, source: sources[i % sources.length]! }));
    const rehearsal = new Rehearsal(world, task, jobs);
    rehearsal.#reporting = rehearsal.#report();
    rehearsal.#reporting.catch(() => undefined);
    return rehearsal;
  }

  /** Waits until so many job outputs were taken, and the first file is in DBS. */
  async underWay(taken: number): Promise<void> {
    await until(
      () => this.#taken.length >= taken && this.task.published().length > 0,
      AbortSignal.timeout(PATIENCE_MS),
      20,
    );
  }

  /** Job outputs that Temporal has said it has, so far. */
  get taken(): number {
    return this.#taken.length;
  }

  /** When all is over: reports again what was taken, as callers would after a loss, and looks everywhere. */
  async conclude(): Promise<Outcome> {
    await this.#reporting;
    let forgotten = 0;
    const patience = AbortSignal.timeout(PATIENCE_MS);
    for (const job of this.#taken) if ((await patiently(patience, () => this.task.add(job))).accepted > 0) forgotten++;
    await patiently(patience, () => this.task.finish());
    return { ...(await this.#look()), forgotten };
  }

  async #report(): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    for (const job of this.#jobs) {
      const start = performance.now();
      await patiently(patience, () => this.task.add(job));
      this.#taken.push(job);
      await sleep(Math.max(0, 1000 / PER_SECOND - (performance.now() - start)));
    }
  }

  async #look(): Promise<Omit<Outcome, 'forgotten'>> {
    const files = this.#jobs.flatMap((job) => job.files);
    const published = this.task.published();
    const finished = this.task.allCopies().filter(({ state }) => state === 'FINISHED');
    let [lost, left] = [0, 0];
    for (const file of files) {
      const sum = await this.#world.storage.adler32Of(file.destination, file.destinationLfn).catch(() => null);
      if (sum !== file.adler32) lost++;
      if ((await this.task.atSource(file)) !== null) left++;
    }
    return {
      files: files.length,
      ...{ lost, left },
      unpublished: files.filter(({ destinationLfn }) => published.filter((lfn) => lfn === destinationLfn).length !== 1).length, // prettier-ignore
      copiedAgain: finished.length - new Set(finished.map(({ destination }) => destination)).size,
    };
  }
}

/** Columns and cells of a table of outcomes. */
export const OUTCOME_HEAD = ['files', 'job outputs forgotten', 'files lost', 'not once in DBS', 'left at sources', 'copied again']; // prettier-ignore
export const outcomeCells = (one: Outcome): number[] => [one.files, one.forgotten, one.lost, one.unpublished, one.left, one.copiedAgain]; // prettier-ignore

/** What must hold whatever died. @param mayForget with what was forgotten, copies of what had arrived may be made again */
export const outcomeBounds = (name: string, outcome: Outcome, mayForget: boolean): Bound[] => [
  none(`${name}: files lost`, outcome.lost),
  none(`${name}: files not once in DBS`, outcome.unpublished),
  none(`${name}: files left at their sources`, outcome.left),
  ...(mayForget
    ? [atMost(`${name}: files copied again for each that was forgotten`, outcome.copiedAgain, 2 * outcome.forgotten)]
    : [
        none(`${name}: job outputs forgotten`, outcome.forgotten),
        none(`${name}: files copied again`, outcome.copiedAgain),
      ]),
];
