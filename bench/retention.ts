/**
 * What Temporal's database grows by: `npm run bench:retention [-- --files 2000 --trickle 120 --json <file>]`.
 * Jobs of two output files each, staged out and published against the simulators, on PostgreSQL: in a burst, which makes full batches, and in
 * a trickle, where each batch has the files of one job, as most have in a day of CMS. Bytes of tables with their indexes per file; what the
 * deletion of closed workflows leaves, which is what happens to them at the end of their retention; and what the same load then adds, and puts
 * into an archive of histories.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import type { JobReport } from '../src/domain/file.ts';
import type { Postgresql } from '../src/servers/postgresql.ts';
import type { Rig } from '../test/support/rig.ts';
import { TestTask } from '../test/support/test-task.ts';
import { SITES, type World } from '../test/support/world.ts';
import {
  databaseSizes,
  grown,
  KINDS,
  orphanRows,
  rowsOfRuns,
  sum,
  vacuum,
  writeAheadLog,
  type Sizes,
} from './support/database-size.ts';
import { untilAllEnded } from './support/all-ended.ts';
import { archived, archiveInto, ARCHIVES_SOON, NAMESPACE_KNOWN_MS } from './support/archive.ts';
import { readOptions } from './support/options.ts';
import { none } from './support/report/bound.ts';
import { onPostgresql } from './support/on-postgresql.ts';
import { TENTH } from './support/policies.ts';
import { Report } from './support/report/report.ts';
import { reportAll } from './support/reporting.ts';

const options = readOptions({ files: 2000, trickle: 120 });

/** How jobs come. */
interface Load {
  name: string;
  jobs: number;
  perSecond?: number;
  maxFilesPerFtsJob?: number;
}

const LOADS: readonly Load[] = [
  { name: 'burst', jobs: options.files / 2 },
  // A batch leaves with the files of one job: what the next one brings is for the next.
  { name: 'trickle', jobs: options.trickle, perSecond: 4, maxFilesPerFtsJob: 2 },
];

const PACE = { ...TENTH, blockTimeout: 20 };

/** CMS's files a day (CHEP 2015), and the days of retention that `aso setup namespace` asks for. */
const [FILES_A_DAY, RETENTION_DAYS] = [400_000, 45];

/** gRPC's status code. */
const NOT_FOUND = 5;

interface Figures {
  load: string;
  files: number;
  /** As they lie there, with what updates have left behind. */
  asTheyLie: Sizes;
  /** As large as what is in them. */
  packed: Sizes;
  log: number;
  /** Rows of starts that lost a race, before anything is deleted. */
  rowsOfRaces: number;
  /** Other rows that runs have left after the deletion of all that are closed. */
  rowsLeft: number;
  /** Bytes of the databases above an empty one's after that and a plain VACUUM; and what the same load has then added. */
  afterPruning: number;
  secondTime: number;
  /** What the second time has put into the archive. */
  archive: { runs: number; bytes: number };
  /** Closed runs of the second time that are not there. */
  notArchived: number;
}

async function measure(ending: Ending, load: Load): Promise<Figures> {
  const { maxFilesPerFtsJob = 100 } = load;
  const archive = await mkdtemp(join(tmpdir(), 'aso-archive-'));
  ending.cleanUp(() => rm(archive, { recursive: true, force: true }));
  const options = { policy: { ...PACE, maxFilesPerFtsJob }, archive, dynamicConfig: ARCHIVES_SOON };
  return onPostgresql(ending, options, async ({ world, database, rig }) => {
    await vacuum(database, { full: true });
    const empty = await databaseSizes(database);
    const since = async (): Promise<Sizes> => grown(await databaseSizes(database), empty);
    const logBefore = await writeAheadLog(database);
    await workTask(world, rig, load, 'alice');
    const log = (await writeAheadLog(database)) - logBefore;
    const asTheyLie = await since();
    const rowsOfRaces = await orphanRows(database);
    const rowsLeft = (await deleteClosed(database, rig, rowsOfRaces)) - rowsOfRaces;
    await vacuum(database);
    const afterPruning = sum(await since());
    await archiveInto(archive, rig.client);
    await sleep(NAMESPACE_KNOWN_MS);
    await workTask(world, rig, load, 'bob');
    const secondTime = sum(await since()) - afterPruning;
    const closed = (await rig.client.workflow.count(`ExecutionStatus != 'Running' AND AsoUser = 'bob'`)).count;
    const inArchive = await untilArchived(archive, closed);
    await vacuum(database, { full: true });
    const packed = await since();
    return {
      ...{ load: load.name, files: 2 * load.jobs, asTheyLie, packed, log, rowsOfRaces, rowsLeft },
      ...{ afterPruning, secondTime, archive: inArchive, notArchived: closed - inArchive.runs },
    };
  });
}

/** Stages out and publishes one task. Returns when nothing of it is open any more. */
async function workTask(world: World, rig: Rig, { name, jobs, perSecond }: Load, user: string): Promise<void> {
  const task = new TestTask(world, rig, user);
  const sources = SITES.filter((site) => site !== 'T2_CH_CERN');
  const reports: JobReport[] = [];
  for (let i = 0; i < jobs; i++)
    reports.push(await task.job({ jobId: String(i + 1), outputs: 2, source: sources[i % sources.length]! }));
  await reportAll(rig.client, task.name, reports, perSecond === undefined ? {} : { perSecond });
  const totals = await task.finish();
  if (totals.publication.DONE !== 2 * jobs)
    throw new Error(`${name}: not everything is published: ${JSON.stringify(totals)}`);
  await untilAllEnded(rig.client, AbortSignal.timeout(60_000));
}

/** Waits until so many runs lie in the archive, a minute at the most. @returns what lies there then */
async function untilArchived(folder: string, runs: number): Promise<Figures['archive']> {
  for (const deadline = Date.now() + 60_000; ; await sleep(500)) {
    const found = await archived(folder);
    if (found.runs >= runs || Date.now() > deadline) return found;
  }
}

/** Does to all closed workflows what the end of their retention does. Returns when no more than so many rows are left. @returns how many are */
async function deleteClosed(
  database: Postgresql,
  { client, server: { namespace } }: Rig,
  most: number,
): Promise<number> {
  const left = async (): Promise<number> => {
    // Again and again: the last of them may have closed since.
    for await (const { workflowId, runId } of client.workflow.list({ query: `ExecutionStatus != 'Running'` }))
      await client.workflowService
        .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
        .catch(unlessGone);
    const open = (await client.workflow.count(`ExecutionStatus = 'Running'`)).count;
    // One of the run itself, one in the list.
    return (await rowsOfRuns(database, namespace)) - 2 * open;
  };
  const deadline = Date.now() + 60_000;
  let rows = await left();
  while (rows > most && Date.now() < deadline) {
    await sleep(1_000);
    rows = await left();
  }
  return rows;
}

/** It may be gone already, and only the list not know yet. */
function unlessGone(error: unknown): void {
  if (!isGrpcServiceError(error) || Number(error.code) !== NOT_FOUND) throw error;
}

const perFile = (bytes: number, { files }: Figures): string => (bytes / files / 1000).toFixed(2);
/** GB (10⁹ bytes) that so many bytes come to at CMS's files of so many days. */
const gigabytes = (bytes: number, { files }: Figures, days: number): string =>
  ((bytes / files) * FILES_A_DAY * days / 1e9).toFixed(days === 1 ? 1 : 0); // prettier-ignore

async function measureAll(ending: Ending): Promise<number> {
  const report = new Report('retention', "What Temporal's database on PostgreSQL grows by", options);
  const figures: Figures[] = [];
  for (const load of LOADS) figures.push(await measure(ending, load));
  report.table(
    ['load', 'files', 'tables', ...KINDS, 'all', 'write-ahead log'],
    figures.flatMap((one) =>
      (['asTheyLie', 'packed'] as const).map((way) => [
        ...[one.load, one.files, way === 'packed' ? 'packed' : 'as they lie'],
        ...KINDS.map((kind) => perFile(one[way][kind], one)),
        perFile(sum(one[way]), one),
        way === 'packed' ? '' : perFile(one.log, one),
      ]),
    ),
    'kB per file, from report to published and all workflows closed, tables with their indexes; packed: without the room that updates have left (VACUUM FULL):',
  );
  const days = [1, 7, 30, RETENTION_DAYS];
  report.table(
    [
      'load',
      'tables',
      ...days.map((count) => `GB, ${count} ${count === 1 ? 'day' : 'days'}`),
      'write-ahead log, GB a day',
    ],
    figures.flatMap((one) =>
      (['packed', 'asTheyLie'] as const).map((way) => [
        ...[one.load, way === 'packed' ? 'packed' : 'as they lie'],
        ...days.map((count) => gigabytes(sum(one[way]), one, count)),
        gigabytes(one.log, one, 1),
      ]),
    ),
    `At ${FILES_A_DAY.toLocaleString('en')} files a day, for so many days of retention:`,
  );
  report.table(
    ['load', 'before', 'rows of lost races', 'other rows left', 'after, and VACUUM', 'the same load again adds'],
    figures.map((one) => [
      ...[one.load, perFile(sum(one.asTheyLie), one), one.rowsOfRaces, one.rowsLeft],
      ...[perFile(one.afterPruning, one), perFile(one.secondTime, one)],
    ]),
    'When closed workflows are deleted, as at the end of their retention; kB per file:',
  );
  report.table(
    ['load', 'runs per file', 'kB per file', 'GB, a day', 'GB, a year', 'times the packed database'],
    figures.map((one) => [
      ...[one.load, (one.archive.runs / one.files).toFixed(2), perFile(one.archive.bytes, one)],
      ...[1, 365].map((count) => gigabytes(one.archive.bytes, one, count)),
      (one.archive.bytes / sum(one.packed)).toFixed(1),
    ]),
    'Histories of closed workflows in an archive of files (JSON, not packed), a file for each run:',
  );
  report.plot({
    kind: 'bars',
    title: "What a file takes up in Temporal's database, packed, with indexes",
    stacked: true,
    x: { name: 'how jobs of two files come', categories: figures.map(({ load }) => load) },
    y: { name: 'kB per file' },
    series: KINDS.map((kind) => ({
      name: kind,
      values: figures.map((one) => Number(perFile(one.packed[kind], one))),
    })),
  });
  return report.conclude(
    figures,
    // What the same load adds into the room that was made is a figure only: so small a database is mostly the room that updates take.
    figures.flatMap((one) => [
      none(`${one.load}: rows that deleted workflows leave`, one.rowsLeft),
      none(`${one.load}: closed workflows that are not in the archive`, one.notArchived),
    ]),
  );
}

process.exit(await runUntilInterrupted(measureAll));
