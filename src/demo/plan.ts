import { logNormal, seededRandom } from './random.ts';
import type { TaskShape } from './task-shapes.ts';
import type { Fault } from './struck-files.ts';

/** A file that the demo's jobs leave at a site. */
export interface PlannedFile {
  name: string;
  type: 'output' | 'log';
  /** Bytes. */
  size: number;
  /** What is scripted to happen to it. */
  fault: Fault | null;
  sourceLfn: string;
  destinationLfn: string;
}

export interface PlannedJob {
  jobId: string;
  source: string;
  destination: string;
  files: PlannedFile[];
  /** Reported through a jobOutput workflow, whose result is waited for. */
  awaited: boolean;
  /** Run again with new bytes when its files are DONE. */
  rerun: boolean;
}

export interface PlannedTask extends TaskShape {
  /** CRAB's name. */
  name: string;
  dataset: string;
  jobs: PlannedJob[];
}

export const PSET_HASH = '94ba0e06145abd65ccb1d21786dc7e1d';
const SMALLEST = 1024;
const LARGEST = 8 * 1024 ** 2;
/** Files beyond this number are made smaller, so that all of them fit a laptop's disk. */
const FULL_SIZED = 800;

/** Tasks of these shapes with so many files together, the same for the same seed. Jobs have two outputs and a log. */
export function makePlan(shapes: readonly TaskShape[], files: number, seed: number): PlannedTask[] {
  const random = seededRandom(seed);
  const scale = Math.min(1, FULL_SIZED / files);
  const sizeOf = (type: PlannedFile['type']): number => {
    const size = type === 'log' ? logNormal(random, 24_000, 0.8) : logNormal(random, 250_000 * scale, 1.3);
    return Math.round(Math.min(LARGEST, Math.max(SMALLEST, size)));
  };
  const tasks = shapes.map((shape, at): PlannedTask => {
    const name = `261123_${101_500 + at}:${shape.user}_crab_${shape.label}`;
    return { ...shape, name, dataset: `/${shape.primary}/${shape.user}-${shape.label}-${PSET_HASH}/USER`, jobs: [] };
  });
  const turns = tasks.flatMap((task) => Array.from({ length: task.weight ?? 1 }, () => task));
  for (let left = files, at = 0; left > 0; left -= 3, at += 1) {
    const task = turns[at % turns.length] as PlannedTask;
    task.jobs.push(makeJob(task, task.jobs.length, Math.min(left, 3), sizeOf));
  }
  const outputs = tasks.flatMap(({ jobs }) => jobs.flatMap((job) => job.files.filter(({ type }) => type === 'output')));
  for (const [file, size] of [[outputs[0], SMALLEST], [outputs.at(-1), LARGEST]] as const) if (file) file.size = size; // prettier-ignore
  return tasks;
}

function makeJob(
  task: PlannedTask,
  at: number,
  files: number,
  sizeOf: (type: PlannedFile['type']) => number,
): PlannedJob {
  const jobId = String(at + 1);
  const { user, primary, label, destinationArea } = task;
  const stamp = task.name.slice(0, 13);
  const names = files === 1 ? ['out'] : files === 2 ? ['out', 'log'] : ['out', 'hist', 'log'];
  return {
    jobId,
    source: task.sources[at % task.sources.length] as string,
    destination: task.destination,
    awaited: false,
    rerun: false,
    files: names.map((kind): PlannedFile => {
      const type = kind === 'log' ? 'log' : 'output';
      const name = type === 'log' ? `cmsRun_${jobId}.log.tar.gz` : `${kind}_${jobId}.root`;
      const folder = `${primary}/${label}/${stamp}/0000${type === 'log' ? '/log' : ''}`;
      const sourceLfn = `/store/temp/user/${user}.d6830fc3715ee01030105e83b81ff3068df7c8e0/${folder}/${name}`;
      return {
        name,
        type,
        size: sizeOf(type),
        fault: null,
        sourceLfn,
        destinationLfn: `${destinationArea}/${folder}/${name}`,
      };
    }),
  };
}
