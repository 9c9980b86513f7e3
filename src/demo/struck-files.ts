import type { FailureClass } from '../domain/failure-classes.ts';
import type { PlannedFile, PlannedJob, PlannedTask } from './plan.ts';
import { STUCK_SOURCE } from './task-shapes.ts';

/** What may be scripted to happen to a file. */
export type Fault =
  | 'disk-full' // its destination answers 507 for a while
  | 'queued' // waits on the stuck link until FTS's queue expires
  | 'slow' // the copies that the link is stuck with
  | 'link-reset' // the link fails once, with curl's error
  | 'http-500' // the destination answers 500 once
  | 'corrupt' // wrong bytes arrive once
  | 'refused' // its destination refuses the owner
  | 'vanished' // the source is not there
  | 'wrong-sum'; // the reported checksum is not the file's

/** Faults that end a file for good, with the class it must then be in; the others must be overcome. */
export const FATAL: Readonly<Partial<Record<Fault, FailureClass>>> = {
  refused: 'permission',
  vanished: 'no-source',
  'wrong-sum': 'source-checksum',
};

/** FTS copies so many files of a link at a time. */
export const COPIES_PER_LINK = 3;
/** Of all files so many meet a fault… */
const STRUCK = 0.14;
/** …in production's proportions (design.md §3): 43 % full disks, 19 % queue, 11 % curl, 7 % permission, 7 % HTTP 500, 13 % others. */
const SHARES: Readonly<Partial<Record<Fault, number>>> = {
  ...{ 'disk-full': 0.43, queued: 0.19, 'link-reset': 0.11, refused: 0.07, 'http-500': 0.07 },
  ...{ corrupt: 0.05, vanished: 0.04, 'wrong-sum': 0.04 },
};

/** Scripts the faults: says which files of the plan meet which, and which jobs are awaited and run again. */
export function strike([ttbar, drellyan, higgs, qcd, wjets]: PlannedTask[], files: number): void {
  if (!ttbar || !drellyan || !higgs || !qcd || !wjets) throw new Error('the demo has five tasks');
  const count = (fault: Fault): number => Math.max(1, Math.round(files * STRUCK * (SHARES[fault] ?? 0)));
  const jobsFor = (fault: Fault): number => Math.max(1, Math.round(count(fault) / 3));

  // Every other job: one of the task's two links.
  mark(outputs(ttbar.jobs.filter((_, at) => at % 2 === 0)).slice(0, count('link-reset')), 'link-reset');
  mark(outputs(ttbar.jobs.filter((_, at) => at % 2 === 1)).slice(0, count('corrupt')), 'corrupt');

  const stuck = drellyan.jobs.slice(0, Math.ceil((count('queued') + COPIES_PER_LINK) / 3));
  for (const job of stuck) job.source = STUCK_SOURCE;
  for (const { files: waiting } of stuck) mark(waiting, 'queued');
  mark(outputs(stuck).slice(0, COPIES_PER_LINK), 'slow');

  mark(outputs(higgs.jobs).slice(0, count('http-500')), 'http-500');
  moveTo('full', higgs.jobs.slice(-jobsFor('disk-full')), 'disk-full');

  mark(firstOutputs(qcd.jobs.slice(1)).slice(0, count('wrong-sum')), 'wrong-sum');

  moveTo('closed', wjets.jobs.slice(0, jobsFor('refused')), 'refused');
  mark(firstOutputs(wjets.jobs.slice(jobsFor('refused'))).slice(0, count('vanished')), 'vanished');

  // The last job of each task is waited for; of two tasks also the first, which runs again, or which the destination refuses.
  for (const { jobs } of [ttbar, drellyan, higgs, qcd, wjets])
    for (const job of jobs.slice(-1)) job.awaited = job.source !== STUCK_SOURCE;
  for (const job of [qcd.jobs[0], wjets.jobs[0]]) if (job) job.awaited = true;
  if (qcd.jobs[0]) qcd.jobs[0].rerun = true;
}

const outputs = (jobs: PlannedJob[]): PlannedFile[] =>
  jobs.flatMap((job) => job.files.filter(({ type }) => type === 'output'));
const firstOutputs = (jobs: PlannedJob[]): PlannedFile[] => jobs.flatMap(({ files }) => files.slice(0, 1));

function mark(files: PlannedFile[], fault: Fault): void {
  for (const file of files) file.fault = fault;
}

/** The fault is that of a folder at the destination: all files of these jobs go there. */
function moveTo(folder: string, jobs: PlannedJob[], fault: Fault): void {
  for (const { files } of jobs)
    for (const file of files) {
      file.destinationLfn = file.destinationLfn.replace('/0000/', `/${folder}/`);
      file.fault = fault;
    }
}
