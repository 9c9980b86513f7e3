import type { Client } from '@temporalio/client';
import {
  addFiles,
  closeTask,
  NoAnswerError,
  reportJob,
  requestPublication,
  startJobOutput,
  TemporalUnreachableError,
} from '../client/index.ts';
import { stageOutId } from '../contract/ids.ts';
import {
  TASK_QUERIES,
  type FilesPage,
  type JobOutcome,
  type LedgerFile,
  type TaskTotals,
} from '../contract/messages.ts';
import type { JobReport } from '../domain/file.ts';
import { isFinalTransfer } from '../domain/states.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { Tell } from './faults.ts';
import { rerunJob, type Generated } from './generate.ts';
import { isGoodJob } from './expectations.ts';
import type { PlannedJob, PlannedTask } from './plan.ts';
import { until } from './until.ts';

/** What the demo's CRAB was told in return. */
export interface Reported {
  outcomes: { task: PlannedTask; job: PlannedJob; outcome: JobOutcome }[];
  totals: Map<string, TaskTotals>;
}

export interface ReportingContext {
  client: Client;
  world: SimulatedWorld;
  made: Generated;
  seed: number;
  tell: Tell;
  signal: AbortSignal;
}

/**
 * Plays CRAB for one task: reports its jobs, flags them for publication when they are done where it asks for that only then, runs one
 * again, and closes the task. Returns when the task has ended.
 */
export async function reportTask(context: ReportingContext, task: PlannedTask, reported: Reported): Promise<void> {
  const { client, made, signal } = context;
  const reports = made.reports.get(task.name) ?? [];
  const reportOf = (job: PlannedJob): JobReport => reports.find(({ jobId }) => jobId === job.jobId) as JobReport;

  const awaited = task.jobs.filter((job) => job.awaited);
  const handles = await Promise.all(awaited.map((job) => startJobOutput(client, task.name, reportOf(job))));
  const others = task.jobs.filter((job) => !job.awaited).map(reportOf);
  if (task.reports === 'at-once') await patiently(signal, () => addFiles(client, task.name, others));
  else await Promise.all(others.map((report) => reportJob(client, task.name, report)));

  const waits = Promise.all(
    handles.map(async (handle, at) => {
      const job = awaited[at] as PlannedJob;
      reported.outcomes.push({ task, job, outcome: await handle.result() });
    }),
  );
  // Looked at in the end; what fails before that is told first.
  waits.catch(() => undefined);
  await Promise.all([
    ...task.jobs.filter(({ rerun }) => rerun).map((job) => runAgain(context, task, job)),
    ...(task.publication === 'later' ? [flagDoneJobs(context, task)] : []),
  ]);
  await untilReported(context, task);
  await patiently(signal, () => closeTask(client, task.name));
  reported.totals.set(task.name, (await client.workflow.getHandle(stageOutId(task.name)).result()) as TaskTotals);
  await waits;
}

/** A signal is on its way for a moment: closed before it arrives, the task would end without its files. */
async function untilReported(context: ReportingContext, task: PlannedTask): Promise<void> {
  const files = task.jobs.reduce((sum, job) => sum + job.files.length, 0);
  await until(async () => (await ledgerFiles(context, task)).length >= files, context.signal, 1_000);
}

/** As CRAB's PostJob: a job whose files are DONE is flagged for publication. */
async function flagDoneJobs(context: ReportingContext, task: PlannedTask): Promise<void> {
  const { client, tell, signal } = context;
  const open = new Set(task.jobs.filter(isGoodJob).map(({ jobId }) => jobId));
  const total = open.size;
  await until(
    async () => {
      const files = await ledgerFiles(context, task);
      const unfinished = new Set(files.filter(({ transfer }) => transfer !== 'DONE').map(({ jobId }) => jobId));
      const known = new Set(files.map(({ jobId }) => jobId));
      const jobs = [...open].filter((jobId) => known.has(jobId) && !unfinished.has(jobId));
      if (jobs.length > 0) await patiently(signal, () => requestPublication(client, task.name, { jobs }));
      for (const jobId of jobs) open.delete(jobId);
      return open.size === 0;
    },
    signal,
    1_000,
  );
  tell(`${task.label}: all ${total} jobs are DONE and have been flagged for publication`);
}

/** Reports a job once more, with new bytes at the same places, after its files were DONE. */
async function runAgain(context: ReportingContext, task: PlannedTask, job: PlannedJob): Promise<void> {
  const { client, world, made, seed, tell } = context;
  await until(
    async () => {
      const files = (await ledgerFiles(context, task)).filter(({ jobId }) => jobId === job.jobId);
      return files.length === job.files.length && files.every(({ transfer }) => isFinalTransfer(transfer));
    },
    context.signal,
    1_000,
  );
  const report = await rerunJob(world, made, task, job, seed);
  await reportJob(client, task.name, report);
  tell(
    `${task.label}: job ${job.jobId} was DONE and runs again with new bytes: they are to replace its files, which were never published`,
  );
  await until(
    async () => (await ledgerFiles(context, task)).some(({ jobId, retry }) => jobId === job.jobId && retry === 1),
    context.signal,
    500,
  );
}

/** The task's files as its books have them; none while nobody answers. */
async function ledgerFiles({ client, signal }: ReportingContext, task: PlannedTask): Promise<LedgerFile[]> {
  const files: LedgerFile[] = [];
  const handle = client.workflow.getHandle(stageOutId(task.name));
  for (let after: number | null = 0; after !== null;) {
    const request = { after };
    const page: FilesPage = await patiently(signal, () =>
      handle.query<FilesPage, [object]>(TASK_QUERIES.files, request),
    );
    files.push(...page.files);
    after = page.next;
  }
  return files;
}

/** Asks again where nobody answered, as while a killed worker is being replaced: every message may be sent twice. */
async function patiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
    }
  }
}

/** gRPC's DEADLINE_EXCEEDED, FAILED_PRECONDITION (nobody has taken the task up yet) and UNAVAILABLE, as the client gives them. */
function isPassing(error: unknown): boolean {
  if (error instanceof NoAnswerError || error instanceof TemporalUnreachableError) return true;
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return [4, 9, 14].includes(Number(code ?? cause?.code));
}
