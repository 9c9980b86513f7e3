import { CMS_FILES_PER_SECOND } from '../support/cms-figures.ts';
import type { Cpu, TrickleFigures } from './measure.ts';

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

/**
 * What all of CMS takes of a core: its files, and what worker and server take while nothing happens, with as many open tasks as were measured. Those
 * that CMS has more (500 are open at a time) wait in Temporal's database; what they would take is less than what two measurements differ by.
 */
export const coresOfCms = (figures: TrickleFigures): number =>
  sum(figures.cpuOfOpenTasks) + (CMS_FILES_PER_SECOND * figures.jobs * allCpuPerJob(figures)) / figures.files;
