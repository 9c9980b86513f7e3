import { CMS_FILES_PER_SECOND } from '../support/cms-figures.ts';
import type { Cpu, TrickleFigures } from './measure.ts';

/** Tasks that are open at a time at that rate (design: 1,700 tasks a day, of which about 500 are open). */
const OPEN_TASKS = 500;

const sum = ({ worker, server, database }: Cpu): number => (worker ?? NaN) + (server ?? NaN) + (database ?? 0);

/** Seconds of CPU for a job output, by process, without what would be used anyway; null where the system does not tell. */
export function cpuPerJob({ cpu, cpuOfOpenTasks, seconds, jobs }: TrickleFigures): Cpu {
  const of = (part: keyof Cpu): number | null => {
    const [all, anyway] = [cpu[part], cpuOfOpenTasks[part]];
    return all === null || anyway === null ? null : (all - seconds * anyway) / jobs;
  };
  return { worker: of('worker'), server: of('server'), database: of('database') };
}

/** The same of worker, server and database together. */
export const allCpuPerJob = (figures: TrickleFigures): number => sum(cpuPerJob(figures));

/** What one open task takes of a core while nothing happens. */
const coresOfOpenTask = ({ cpuOfNothing, cpuOfOpenTasks, tasks }: TrickleFigures): number =>
  Math.max(0, sum(cpuOfOpenTasks) - sum(cpuOfNothing)) / tasks;

/** What all of CMS takes of a core: its files, its open tasks, and what a worker and a server take for themselves. */
export const coresOfCms = (figures: TrickleFigures): number =>
  sum(figures.cpuOfNothing) +
  OPEN_TASKS * coresOfOpenTask(figures) +
  (CMS_FILES_PER_SECOND * figures.jobs * allCpuPerJob(figures)) / figures.files;
