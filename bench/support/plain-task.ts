import { crabFileId } from '../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';

/** A task whose files are all alike, so that whoever knows this much knows every one of them, in any process. */
export interface PlainTask {
  /** Name, in CRAB's form. */
  task: string;
  /** Job outputs of so many output files each. */
  jobs: number;
  outputs: number;
  /** A log comes with them, which is not published. */
  log: boolean;
  publish: boolean;
  /** Jobs run at them by turns. */
  sources: readonly string[];
  /** By turns, too, so that there is a link from every source to each. */
  destinations: readonly string[];
}

const PSET_HASH = '94ba0e06145abd65ccb1d21786dc7e1d';
const START_TIME = 1_795_000_000;
/** Bytes of every file. */
const SIZE = 1_500_000_000;

/** CRAB's name for a task of a bench. @param label one word, different for each task of a user */
export const taskName = (label: string, user = 'alice'): string => `261122_120000:${user}_crab_${label}`;

/** Files of a task, logs included. */
export const filesOf = ({ jobs, outputs, log }: PlainTask): number => jobs * (outputs + (log ? 1 : 0));

/** Of these, the ones that are published. */
export const publishedOf = ({ jobs, outputs, publish }: PlainTask): number => (publish ? jobs * outputs : 0);

/** What CRAB reports of a job. @param at its place among the task's jobs, from 0 */
export function reportOf(plain: PlainTask, at: number): JobReport {
  const { sources, destinations, outputs, log, task, publish } = plain;
  const source = sources[at % sources.length]!;
  const destination = destinations[Math.floor(at / sources.length) % destinations.length]!;
  const user = /:(\w+?)_crab_/.exec(task)?.[1] ?? '';
  const area = `GenericTTbar/tag/${task.slice(0, 13)}_${task.replace(/\W/g, '_')}`;
  const thousand = String(Math.floor(at / 1000)).padStart(4, '0');
  const files = Array.from({ length: outputs + (log ? 1 : 0) }, (_, i): FileRecord => {
    const isLog = i === outputs;
    const name = isLog ? `log/cmsRun_${at + 1}.log.tar.gz` : `output${i}_${at + 1}.root`;
    const sourceLfn = `/store/temp/user/${user}.abc123/${area}/${thousand}/${name}`;
    return {
      id: crabFileId(sourceLfn),
      type: isLog ? 'log' : 'output',
      ...{ source, sourceLfn, destination, destinationLfn: `/store/user/${user}/${area}/${thousand}/${name}` },
      ...{ size: SIZE + at, adler32: sumOf(at, i), dataset: isLog ? null : datasetOf(task) },
      ...{ publish: publish && !isLog, startTime: START_TIME, alreadyThere: false },
    };
  });
  return { jobId: String(at + 1), retry: 0, expected: files.length, files };
}

/** All reports of a task, in order. */
export const reportsOf = (plain: PlainTask): JobReport[] =>
  Array.from({ length: plain.jobs }, (_, at) => reportOf(plain, at));

/** What CRAB knows of an output file; null for a name that is none of an output's. */
export function metadataOf(task: string, lfn: string) {
  const [, output, number] = /\/output(\d+)_(\d+)\.root$/.exec(lfn) ?? [];
  if (output === undefined || number === undefined) return null;
  const [i, at] = [Number(output), Number(number) - 1];
  return {
    ...{ lfn, filetype: 'EDM', jobid: number, outdataset: datasetOf(task), publishname: `tag-${PSET_HASH}` },
    ...{ filesize: SIZE + at, adler32: sumOf(at, i), cksum: 12345, inevents: 10, swversion: 'CMSSW_13_0_10' },
    runlumi: { 1: { [String(at * 10 + i + 1)]: '10' } },
  };
}

const datasetOf = (task: string): string =>
  `/GenericTTbar/${/:(\w+?)_crab_/.exec(task)?.[1] ?? ''}-${task.replace(/\W/g, '_')}-${PSET_HASH}/USER`;

const sumOf = (at: number, i: number): string => (at * 16 + i + 1).toString(16).padStart(8, '0');
