import { hash } from 'node:crypto';
import { chunkJobs } from '../../src/client/chunks.ts';
import { ownerOfTask } from '../../src/domain/lfn-areas.ts';
import type { JobReport } from '../../src/domain/file.ts';
import { DayFiles, type Load } from '../day/day-files.ts';
import { jobsOf, type CmsJob, type CmsTask } from '../support/cms-load.ts';
import { reportsOf, type PlainTask } from '../support/plain-task.ts';
import type { Way } from '../support/work.ts';
import { TaskRun } from './task-run.ts';
import { BEGIN, type Universe } from './universe.ts';

/** A task to be played: its reports, with the times at which they come. */
export interface PlayedTask {
  /** CRAB's name of it. */
  name: string;
  way: Way;
  /** In order; seconds from the beginning. */
  messages: readonly { at: number; jobs: () => readonly JobReport[] }[];
  /** Seconds after the last message; null for never. */
  closeAfter: number | null;
}

/** So long after the last of its jobs has been reported a task of CMS is closed, seconds. */
const CLOSED_AFTER = 1;

/** A task of CMS's day, with the jobs that end in it. */
export const played = (task: CmsTask): PlayedTask => ({
  ...{ name: nameOf(task), way: 'signals', closeAfter: CLOSED_AFTER },
  messages: jobsOf(task).map((job) => ({ at: job.at, jobs: () => [reportOf(task, job)] })),
});

/** A bench's task. @param perSecond messages, from the beginning on */
export function playedPlain(plain: PlainTask, way: Way, perSecond: number): PlayedTask {
  const reports = reportsOf(plain);
  const chunks = way === 'bulk' ? chunkJobs(reports) : reports.map((job) => [job]);
  const messages = chunks.map((jobs, at) => ({ at: at / perSecond, jobs: () => jobs }));
  return { name: plain.task, way, messages, closeAfter: 0 };
}

/** The tasks of a load of `bench:day` or `bench:fairness`. @param closeAfter seconds after a task's last report */
export function playedLoad(load: Load, closeAfter: number): PlayedTask[] {
  const files = new DayFiles(load);
  const byTask = Map.groupBy(load.jobs, ({ task }) => task);
  return load.tasks.map(({ name }, task) => ({
    ...{ name, way: 'signals', closeAfter },
    messages: (byTask.get(task) ?? []).map((job) => ({ at: job.at, jobs: () => [files.report(job)] })),
  }));
}

/** Plans the messages of a task as they come, and the close after the last. */
export function playTask(universe: Universe, { name, way, messages, closeAfter }: PlayedTask): void {
  const [first] = messages;
  if (!first) return;
  const { queue } = universe;
  const user = ownerOfTask(name) ?? '';
  const from = (run: TaskRun, index: number): void => {
    const message = messages[index];
    if (message)
      queue.at(BEGIN + message.at * 1000, () => {
        run.report(message.jobs(), way);
        from(run, index + 1);
      });
    else if (closeAfter !== null) queue.at(queue.now + closeAfter * 1000, () => run.close());
  };
  queue.at(BEGIN + first.at * 1000, () => from(new TaskRun(universe, name, user), 0));
}

const nameOf = ({ user, label }: CmsTask): string => `261122_100000:${user}_crab_${label}`;

function reportOf({ label, user, destination, publish }: CmsTask, { jobId, at, source, files }: CmsJob): JobReport {
  const folder = `TTbar/${label}/261122_100000/0000`;
  return {
    jobId,
    retry: 0,
    expected: files.length,
    files: files.map(({ type, bytes }, number) => {
      const name = type === 'log' ? `log/cmsRun_${jobId}.log.tar.gz` : `out${number}_${jobId}.root`;
      const sourceLfn = `/store/temp/user/${user}.d6830fc3715ee01030105e83b81ff3068df7c8e0/${folder}/${name}`;
      return {
        // As crabFileId, ten times as fast.
        id: hash('sha224', sourceLfn),
        ...{ type, source, destination, size: bytes, adler32: '0badcafe' },
        sourceLfn,
        destinationLfn: `/store/user/${user}/${folder}/${name}`,
        dataset: type === 'output' ? `/TTbar/${user}-${label}-94ba0e06145abd65ccb1d21786dc7e1d/USER` : null,
        publish: publish && type === 'output',
        startTime: Math.floor(BEGIN / 1000 + at),
        alreadyThere: false,
      };
    }),
  };
}
