import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { addFiles, closeTask, reportJob, requestPublication, startJobOutput } from '../client/index.ts';
import { stageOutId } from '../contract/ids.ts';
import type { JobOutcome } from '../contract/messages.ts';
import type { JobReport } from '../domain/file.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { Tell } from './faults.ts';
import { rerunJob, type Generated } from './generate.ts';
import { isGoodJob } from './expectations.ts';
import type { PlannedFile, PlannedJob, PlannedTask } from './plan.ts';
import { patiently } from './patiently.ts';
import { until } from './until.ts';

/** What the demo's CRAB was told in return. */
export interface Reported {
  outcomes: { task: PlannedTask; job: PlannedJob; outcome: JobOutcome }[];
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
  else for (const report of others) await reportJob(client, task.name, report);

  await Promise.all([
    ...handles.map(async (handle, at) => {
      const job = awaited[at] as PlannedJob;
      const outcome = await handle.result();
      reported.outcomes.push({ task, job, outcome });
      if (job.rerun) await runAgain(context, task, job);
    }),
    ...(task.publication === 'later' ? [flagDoneJobs(context, task)] : []),
  ]);
  await patiently(signal, () => closeTask(client, task.name));
  await client.workflow.getHandle(stageOutId(task.name)).result();
}

/** As CRAB's PostJob: a job whose files have arrived is flagged for publication. What has arrived is read from the disks. */
async function flagDoneJobs({ client, world, tell, signal }: ReportingContext, task: PlannedTask): Promise<void> {
  const open = new Set(task.jobs.filter(isGoodJob));
  const total = open.size;
  await until(
    async () => {
      const done = [...open].filter((job) => job.files.every((file) => hasArrived(world, job, file)));
      const jobs = done.map(({ jobId }) => jobId);
      if (jobs.length > 0) await patiently(signal, () => requestPublication(client, task.name, { jobs }));
      for (const job of done) open.delete(job);
      return open.size === 0;
    },
    signal,
    1_000,
  );
  tell(`${task.label}: all ${total} jobs are done and have been flagged for publication`);
}

/** The source of a file is removed last of all. */
const hasArrived = ({ storage }: SimulatedWorld, { source }: PlannedJob, { sourceLfn }: PlannedFile): boolean =>
  !existsSync(join(storage.root, source, sourceLfn));

/** Reports a job once more, with new bytes at the same places, after it was told that its files are DONE. */
async function runAgain(context: ReportingContext, task: PlannedTask, job: PlannedJob): Promise<void> {
  const { client, world, made, seed, tell } = context;
  const report = await rerunJob(world, made, task, job, seed);
  await reportJob(client, task.name, report);
  tell(
    `${task.label}: job ${job.jobId} was DONE and runs again with new bytes, which are to replace its files: they were never published`,
  );
}
