/**
 * What publication costs: `npm run bench:publication [-- --files 10000 --lumis 100 --json <file>]`.
 * Files that lie at their destinations already, so that nothing but publication is measured: files per second against the simulator of
 * DBS, and the most memory that the worker process had, with blocks as they are shipped (100 files). Then two blocks that are large:
 * 100 files of 1,000 lumi sections, and one file of 50,000.
 */
import { addFiles, closeTask, requestPublication, taskStatus } from '../src/client/index.ts';
import { stageOutId } from '../src/contract/ids.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { patiently } from '../src/demo/patiently.ts';
import type { JobReport } from '../src/domain/file.ts';
import { makeJob } from '../test/support/world.ts';
import { forgetMemoryPeak, memoryPeak } from './support/memory.ts';
import { readOptions } from './support/options.ts';
import { newProgress } from './support/progress.ts';
import type { Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { onStand, type Stand } from './support/stand.ts';

interface Load {
  name: string;
  files: number;
  lumis: number;
}

interface PublicationFigures extends Load {
  seconds: number;
  filesPerSecond: number;
  inserts: number;
  /** In DBS as often as once, with all lumi sections. */
  right: number;
  /** MiB of the worker: before anything was published, and at the most meanwhile; null where the system does not tell. */
  before: number | null;
  peak: number | null;
}

const options = readOptions({ files: 10_000, lumis: 100 });
const LOADS: readonly Load[] = [
  { name: 'many', files: options.files, lumis: options.lumis },
  { name: 'wide', files: 100, lumis: 1_000 },
  { name: 'long', files: 1, lumis: 50_000 },
];
/** MiB that publication adds to the worker: what blocks need that are in hand at a time, not the files of a task. */
const MEMORY_BOUND = 200;

/** Lays the files of a task and reports them, not to be published yet; returns when all have been looked at. */
async function arrive(stand: Stand, task: string, { files, lumis }: Load): Promise<void> {
  const { world, client, signal } = stand;
  world.crab.books.addTask(task, {
    ...{ tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl, tm_input_dataset: null },
  });
  const jobs: JobReport[] = [];
  for (let at = 1; at <= files; at += 1)
    jobs.push(await makeJob(world, { task, jobId: String(at), log: false, publish: false, direct: true, lumis }));
  await patiently(signal, () => addFiles(client, task, jobs));
  await until(signal, async () => ((await taskStatus(client, task)).transfer.DONE ?? 0) === files);
}

async function publish(stand: Stand, load: Load): Promise<PublicationFigures> {
  const { world, client, signal, worker } = stand;
  const task = `261122_120000:alice_crab_${load.name}`;
  await arrive(stand, task, load);
  forgetMemoryPeak(worker.pid);
  const before = memoryPeak(worker.pid);
  const inserts = world.dbs.books.insertRequests;
  const begin = performance.now();
  await patiently(signal, () => requestPublication(client, task, {}));
  await patiently(signal, () => closeTask(client, task));
  await patiently(signal, () => client.workflow.getHandle(stageOutId(task)).result());
  const seconds = (performance.now() - begin) / 1000;
  const mine = world.dbs.books.files().filter(({ dataset }) => dataset.includes(`_crab_${load.name}-`));
  const right = mine.filter(({ lumis }) => lumis === load.lumis);
  return {
    ...load,
    seconds: Math.round(seconds * 10) / 10,
    filesPerSecond: Math.round((load.files / seconds) * 10) / 10,
    inserts: world.dbs.books.insertRequests - inserts,
    right: new Set(right.map(({ lfn }) => lfn)).size,
    before,
    peak: memoryPeak(worker.pid),
  };
}

async function until(signal: AbortSignal, isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('publication', 'What publication costs', options);
  const step = newProgress();
  const figures = await onStand(ending, { fts: {}, policy: { batchWindow: 2 }, patience: 20 }, async (stand) => {
    const all: PublicationFigures[] = [];
    for (const load of LOADS) all.push(await step(load.name, publish(stand, load)));
    return all;
  });
  report.table(
    ['files', 'lumis each', 'seconds', 'files/s', 'inserts', 'worker before, MiB', 'at the most, MiB'],
    figures.map((of) => [
      ...[of.files, of.lumis, of.seconds, of.filesPerSecond, of.inserts, of.before ?? '?', of.peak ?? '?'],
    ]),
  );
  report.plot({
    kind: 'bars',
    title: "A worker's memory while it publishes",
    x: { name: 'load', categories: figures.map(({ files, lumis }) => `${files} files of ${lumis} lumis`) },
    y: { name: 'MiB' },
    series: [
      { name: 'before', values: figures.map(({ before }) => before) },
      { name: 'at the most', values: figures.map(({ peak }) => peak) },
    ],
  });
  const bounds = figures.flatMap(({ files, lumis, right, before, peak }): Bound[] => [
    { name: `${files} files of ${lumis} lumis: in DBS once with all lumis`, found: right, holds: right === files },
    {
      name: `${files} files of ${lumis} lumis: at most ${MEMORY_BOUND} MiB more than before`,
      found: before === null || peak === null ? 'not told here' : `${peak - before} MiB`,
      holds: before === null || peak === null || peak - before <= MEMORY_BOUND,
    },
  ]);
  return report.conclude(figures, bounds);
}

process.exit(await runUntilInterrupted(measure));
