import { takeReport } from '../../../src/domain/ledger/intake.ts';
import type { Selection } from '../../../src/domain/ledger/selected.ts';
import { cancelFiles, requestPublication, retryFiles } from '../../../src/domain/ledger/selection.ts';
import type { FileRecord, JobReport } from '../../../src/domain/file.ts';
import { FILES_PER_JOB, intruderOf, recordOf, reportOf } from './reports.ts';
import type { Simulation } from './simulation.ts';

/** What CRAB and people do to a task. */
export class Users {
  readonly #sim: Simulation;
  readonly jobs: number;
  /** Retry and start time of each job's newest run. */
  readonly #newest = new Map<number, { retry: number; startTime: number; sameBytes: boolean }>();
  readonly reports: JobReport[] = [];
  #clock = 1000;

  constructor(sim: Simulation, jobs: number) {
    this.#sim = sim;
    this.jobs = jobs;
  }

  /** A job's files, some or all: its first run, the same run again, or a newer one. */
  report(job = this.#sim.dice.int(this.jobs)): void {
    const { dice } = this.#sim;
    let run = this.#newest.get(job);
    if (!run || dice.chance(0.5)) {
      run = {
        retry: run ? run.retry + (dice.chance(0.7) ? 1 : 0) : 0,
        startTime: ++this.#clock,
        sameBytes: dice.chance(0.2),
      };
      this.#newest.set(job, run);
    }
    const { retry, startTime, sameBytes } = run;
    const publish = dice.chance(0.7);
    const files = Array.from({ length: FILES_PER_JOB }, (_, file) => file)
      .filter(() => !dice.chance(0.3))
      .map((file): FileRecord => {
        const record = recordOf({ job, file, retry, startTime, publish, sameBytes });
        if (dice.chance(0.05)) return intruderOf(record);
        if (dice.chance(0.05)) return { ...record, size: -1 };
        return record;
      });
    this.#write(files);
    this.send(reportOf(job, retry, files, dice.chance(0.4)));
  }

  /** A report of long ago arrives again. */
  repeat(): void {
    const report = this.reports[this.#sim.dice.int(this.reports.length)];
    if (report) this.send(report);
  }

  send(report: JobReport): void {
    const sim = this.#sim;
    this.reports.push(report);
    sim.task.reopen();
    if (report.waiter) sim.waiters.waitFor(report);
    takeReport(sim.task.state, report, sim.world.now);
  }

  cancel(): void {
    this.#sim.task.reopen();
    cancelFiles(this.#sim.task.state, this.#selection(), 'because', 'me');
  }

  publish(): void {
    this.#sim.task.reopen();
    requestPublication(this.#sim.task.state, this.#selection());
  }

  retry(): void {
    this.#sim.task.reopen();
    const what = this.#sim.dice.pick(['transfer', 'publication', undefined] as const);
    retryFiles(this.#sim.task.state, this.#selection(), what);
  }

  close(): void {
    if (!this.#sim.task.ended) this.#sim.task.state.close();
  }

  #selection(): Selection {
    const { dice } = this.#sim;
    const all = [...this.#sim.task.state.ledger.jobs.keys()];
    const way = dice.int(4);
    if (way === 0) return {};
    if (way === 1) return { jobs: dice.some(all) };
    const ids = [0, 1, 2].map(
      (file) => recordOf({ job: dice.int(this.jobs), file, retry: 0, startTime: 1, publish: true }).id,
    );
    return { files: dice.some(ids) };
  }

  /** CRAB writes before it reports. */
  #write(files: FileRecord[]): void {
    for (const { sourceLfn, adler32 } of files) this.#sim.world.sources.set(sourceLfn, adler32 ?? '');
  }
}
