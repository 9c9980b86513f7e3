import { taskFiles, type TaskFile } from '../../src/client/index.ts';
import type { FtsFileRecord, FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import type { Stand } from './stand.ts';
import type { BenchTask } from './task.ts';

/** What a cancelled task says of its files, held against FTS's books and the disks; in files, unless named otherwise. */
export interface TruthOfCancel {
  /** FTS had finished them before it was told to cancel their job. */
  finishedBefore: number;
  /** DONE, though FTS had not. */
  doneWithoutFinish: number;
  /** Neither DONE nor KILLED. */
  neither: number;
  /** KILLED, but they lie at their destination. */
  killedButThere: number;
  /** FTS jobs with unfinished files that no DELETE named. */
  openJobsNotDeleted: number;
}

/** Compares, after the task's end, once its batches have cleaned up. */
export async function truthOfCancel({ client, world }: Stand, task: BenchTask): Promise<TruthOfCancel> {
  await task.untilCleanedUp();
  const deletedAt = new Map<string, number>();
  for (const { at, jobIds } of task.deletions())
    for (const id of jobIds) deletedAt.set(id, Math.min(at, deletedAt.get(id) ?? Infinity));
  const jobs = task.ftsJobs();
  const finished = new Set(
    jobs.flatMap((job) =>
      job.files
        .filter((file) => finishedAt(file) <= (deletedAt.get(job.jobId) ?? Infinity))
        .map(({ destination }) => destination),
    ),
  );
  const states = new Map<string, TaskFile>();
  for await (const page of taskFiles(client, task.name)) for (const file of page) states.set(file.jobId, file);

  const truth: TruthOfCancel = {
    finishedBefore: finished.size,
    ...{ doneWithoutFinish: 0, neither: 0, killedButThere: 0 },
    openJobsNotDeleted: jobs.filter((job) => !deletedAt.has(job.jobId) && !isFinished(job)).length,
  };
  for (const { jobId, files } of task.jobs) {
    for (const { destination, destinationLfn } of files) {
      const transfer = states.get(jobId)?.transfer;
      const url = world.storage.urlOf(destination, destinationLfn);
      if (transfer === 'DONE') truth.doneWithoutFinish += finished.has(url) ? 0 : 1;
      else if (transfer !== 'KILLED') truth.neither += 1;
      else if (await world.storage.adler32Of(destination, destinationLfn)) truth.killedButThere += 1;
    }
  }
  return truth;
}

const finishedAt = ({ history }: FtsFileRecord): number =>
  history.find(({ state }) => state === 'FINISHED')?.at ?? Infinity;

const isFinished = (job: FtsJobRecord): boolean => job.files.every((file) => finishedAt(file) < Infinity);
