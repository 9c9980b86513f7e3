import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crabFileId } from '../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import type { FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import { startSimulatedWorld, type SimulatedWorld, type WorldOptions } from '../../src/simulators/world.ts';

export const SITES = ['T2_IT_Pisa', 'T2_DE_DESY', 'T2_US_MIT', 'T2_CH_CERN', 'T2_ES_CIEMAT'];

export type World = SimulatedWorld;

/** Starts the simulators on a fresh folder, fast enough for tests. */
export async function startWorld(
  fts: FtsSimulatorOptions = {},
  options: Pick<WorldOptions, 'habits' | 'tls' | 'broker'> = {},
): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'aso-world-'));
  const world = await startSimulatedWorld({
    root,
    sites: SITES,
    ...options,
    fts: { tickMs: 20, activePerLink: 20, cancelGraceMs: 300, ...fts },
  });
  return {
    ...world,
    async close() {
      await world.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export const PSET_HASH = '94ba0e06145abd65ccb1d21786dc7e1d';

export interface MakeJob {
  task: string;
  jobId: string;
  retry?: number;
  source?: string;
  destination?: string;
  /** Output files; a log comes with them unless `log` is false. */
  outputs?: number;
  log?: boolean;
  publish?: boolean;
  /** What the files contain: other bytes for a re-run. */
  salt?: string;
  startTime?: number;
  /** Directory of the files; one of the task's own by default. */
  area?: string;
  dataset?: string;
  /** Lumi sections of each output. @default 1 */
  lumis?: number;
  /** The job brought its files to the destination itself. */
  direct?: boolean;
}

/** So many lumi sections of ten events each. */
const lumiSections = (first: number, count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [first + at, 10]));

/** User of a test task's name. */
const userOf = (task: string): string => /:(\w+?)_crab_/.exec(task)?.[1] ?? 'nobody';

/** Output dataset of a test task. */
export const datasetOf = (task: string): string =>
  `/GenericTTbar/${userOf(task)}-${task.replace(/\W/g, '_')}-${PSET_HASH}/USER`;

/** Lays a job's files at its site, tells CRAB their metadata and returns the report as PostJob would make it. */
export async function makeJob(world: World, options: MakeJob): Promise<JobReport> {
  const { task, jobId, retry = 0, source = 'T2_IT_Pisa', destination = 'T2_CH_CERN', outputs = 1 } = options;
  const { lumis = 1, direct = false } = options;
  const user = userOf(task);
  const dataset = options.dataset ?? datasetOf(task);
  const area = options.area ?? `GenericTTbar/tag/${task.slice(0, 13)}_${task.replace(/\W/g, '_')}/0000`;
  const files: FileRecord[] = [];
  for (let i = 0; i < outputs + (options.log === false ? 0 : 1); i++) {
    const isLog = i === outputs;
    const name = isLog ? `log/cmsRun_${jobId}.log.tar.gz` : `out${i}_${jobId}.root`;
    const sourceLfn = `/store/temp/user/${user}.abc123/${area}/${name}`;
    const destinationLfn = `/store/user/${user}/${area.replace(/\/(\d)/g, '/t$1')}/${name}`;
    const { size, adler32 } = await world.storage.writeFile(
      ...(direct ? ([destination, destinationLfn] as const) : ([source, sourceLfn] as const)),
      `${name} ${options.salt ?? ''} `.repeat(50 + i),
    );
    files.push({
      id: crabFileId(sourceLfn),
      type: isLog ? 'log' : 'output',
      ...{ source, sourceLfn, destination, destinationLfn, size },
      adler32: isLog ? null : adler32,
      dataset: isLog ? null : dataset,
      publish: !isLog && (options.publish ?? true),
      startTime: options.startTime ?? 1_795_000_000 + retry,
      alreadyThere: direct,
    });
    if (!isLog) {
      world.crab.books.addMetadata(task, {
        ...{ lfn: destinationLfn, filetype: 'EDM', jobid: jobId, outdataset: dataset },
        ...{ filesize: size, adler32, cksum: 12345, inevents: 10, swversion: 'CMSSW_13_0_10' },
        publishname: `tag-${PSET_HASH}`,
        runlumi: { 1: lumiSections((Number(jobId.replace(/\D/g, '')) * 10 + i) * lumis, lumis) },
      } as never);
    }
  }
  return { jobId, retry, expected: files.length, files };
}
