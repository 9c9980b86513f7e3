import { hash } from 'node:crypto';
import type { JobReport } from '../../src/domain/file.ts';
import { jobsOf, type CmsJob, type CmsTask } from '../support/cms-load.ts';
import { TaskRun } from './task-run.ts';
import { BEGIN, type Universe } from './universe.ts';

/** A task to be played: its jobs with the times at which they are reported. */
export interface PlayedTask {
  /** Different for each task. */
  label: string;
  user: string;
  destination: string;
  publish: boolean;
  jobs: readonly CmsJob[];
}

/** A task of CMS's day, with the jobs that end in it. */
export const played = (task: CmsTask): PlayedTask => ({ ...task, jobs: jobsOf(task) });

/** So long after the last of its jobs has been reported a task is closed, milliseconds. */
const CLOSED_AFTER = 1000;

/** Plans the reports of a task: one message per job output as it ends, and the close after the last. */
export function playTask(universe: Universe, task: PlayedTask): void {
  const [first] = task.jobs;
  if (!first) return;
  const { queue } = universe;
  const name = `261122_100000:${task.user}_crab_${task.label}`;
  const reportFrom = (run: TaskRun, index: number): void => {
    const job = task.jobs[index];
    if (!job) return void queue.at(queue.now + CLOSED_AFTER, () => run.close());
    queue.at(BEGIN + job.at * 1000, () => {
      run.report(reportOf(task, job));
      reportFrom(run, index + 1);
    });
  };
  queue.at(BEGIN + first.at * 1000, () => reportFrom(new TaskRun(universe, name, task.user), 0));
}

function reportOf({ label, user, destination, publish }: PlayedTask, { jobId, at, source, files }: CmsJob): JobReport {
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
