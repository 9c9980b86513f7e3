import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { addFiles, closeTask, jobOutcomeNow, jobStatus, reportJob, startJobOutput } from '../client/index.ts';
import type { PlannedJob, PlannedTask } from '../demo/plan.ts';
import { checkAll, type Check } from '../demo/verification.ts';
import { insist } from './insist.ts';
import type { ChaosJob, ChaosTask } from './plan.ts';
import type { JobRun, Sources } from './sources.ts';

/** A job whose outcome somebody waits for. */
export interface AwaitedJob {
  task: PlannedTask;
  job: PlannedJob;
  retry: number;
}

/** Whether a task has heard of its jobs is looked for so often, and so long; milliseconds. */
const LOOK_MS = 500;
const PATIENCE_MS = 120_000;

/** CRAB: it reports what its jobs leave, keeps the rows of their files, closes tasks, and runs jobs again. */
export class Crab {
  readonly #client: Client;
  readonly #url: string;
  readonly #sources: Sources;
  readonly #signal: AbortSignal;
  /** By task name and job id. */
  readonly #runs: Map<string, JobRun>;
  readonly awaited: AwaitedJob[] = [];

  /** @param url of CRAB's REST, through its proxy @param runs what the first run of each job has left */
  constructor(client: Client, url: string, sources: Sources, runs: Map<string, JobRun>, signal: AbortSignal) {
    this.#client = client;
    this.#url = url;
    this.#sources = sources;
    this.#runs = runs;
    this.#signal = signal;
  }

  /** Reports the jobs of a task, each at its time, and then that no more come. @param since epoch ms of the beginning */
  async playTask({ task, jobs, closedAt }: ChaosTask, since: number): Promise<void> {
    await Promise.all(
      jobs.map(async ({ job, reportedAt, by }) => {
        await this.#until(since + reportedAt);
        const run = this.#runs.get(`${task.name} ${job.jobId}`);
        if (run) await this.#report(task, job, run, by);
      }),
    );
    await this.#until(since + closedAt);
    await this.#close(task);
  }

  /** `crab resubmit`: the job runs once more, its files have other bytes, and its task is joined. */
  async resubmit(task: PlannedTask, { job, by }: ChaosJob, retry: number): Promise<void> {
    const run = await this.#sources.runJob(task, job, retry);
    for (const record of run.records) {
      const text = (name: string): string => String(record[name]);
      await this.#post('fileusertransfers', {
        ...{ subresource: 'updateDoc', id: text('id'), username: task.user, taskname: task.name },
        ...{ start_time: text('start_time'), source: text('source'), source_lfn: text('source_lfn') },
        ...{ filesize: text('filesize'), publish: text('publish'), job_id: text('job_id') },
        ...{ job_retry_count: text('job_retry_count'), transfer_state: 'NEW', transfer_retry_count: '0' },
        publication_state: record['publish'] ? 'NEW' : 'NOT_REQUIRED',
      });
    }
    await this.#report(task, job, run, by);
    await this.#close(task);
  }

  /** Whether each job that was waited for was told the end of every file. */
  async checkAwaited(): Promise<Check[]> {
    const check = await checkAll(
      'jobs awaited through jobOutput, each told the end of every file',
      this.awaited,
      async ({ task, job, retry }) => {
        const outcome = await jobOutcomeNow(this.#client, { task: task.name, jobId: job.jobId, retry }).catch(String);
        const isWhole = outcome instanceof Object && outcome.files.length === job.files.length;
        return isWhole ? null : `${task.name} job ${job.jobId}: ${JSON.stringify(outcome)}`;
      },
    );
    return [check];
  }

  async #report(task: PlannedTask, job: PlannedJob, { report }: JobRun, by: ChaosJob['by']): Promise<void> {
    const { name } = task;
    await insist(this.#signal, async () => {
      if (by === 'signal') return reportJob(this.#client, name, report);
      if (by === 'update') return void (await addFiles(this.#client, name, [report]));
      try {
        await startJobOutput(this.#client, name, report);
      } catch (error) {
        // The answer to the first try was lost.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    });
    if (by === 'jobOutput') this.awaited.push({ task, job, retry: report.retry });
  }

  /** Says that no more jobs come, when the task has heard of all: what is awaited is passed on to it by a worker, and one that has ended stays so. */
  async #close(task: PlannedTask): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    for (const { job, retry } of this.awaited.filter((awaited) => awaited.task.name === task.name))
      while (Date.now() < until && !(await this.#isKnown(task, job, retry)))
        await sleep(LOOK_MS, undefined, { signal: this.#signal });
    await insist(this.#signal, () => closeTask(this.#client, task.name));
  }

  async #isKnown({ name }: PlannedTask, { jobId }: PlannedJob, retry: number): Promise<boolean> {
    this.#signal.throwIfAborted();
    const known = await jobStatus(this.#client, name, jobId).catch(() => null);
    return known !== null && known.retry >= retry;
  }

  /** A change of CRAB's own, repeated until it is done. */
  #post(api: string, form: Record<string, string>): Promise<void> {
    return insist(this.#signal, async () => {
      const url = `${this.#url}/crabserver/prod/${api}`;
      const answer = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams(form),
        signal: AbortSignal.timeout(5_000),
      });
      if (!answer.ok) throw new Error(`CRAB answers ${answer.status}`);
    });
  }

  async #until(moment: number): Promise<void> {
    await sleep(Math.max(0, moment - Date.now()), undefined, { signal: this.#signal });
  }
}
