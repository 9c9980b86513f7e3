/**
 * What Temporal keeps of a task: `npm run bench:events [-- --files 1000 --trickle 40 --json <file>]`.
 * Jobs of two output files each, staged out and published against the simulators: in a burst, as fast as one client can report; the same,
 * each job waited for by a workflow of its own; and in a trickle, where each batch has the files of one job. Each without and with CRAB's
 * rows being told. State transitions, history events and bytes, summed over the task, its batches, its publishers and all continued runs.
 */
import { rm } from 'node:fs/promises';
import { closeTask, startJobOutput, taskStatus } from '../src/client/index.ts';
import { stageOutId } from '../src/contract/ids.ts';
import type { TaskTotals } from '../src/contract/messages.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import type { JobReport } from '../src/domain/file.ts';
import { addRows } from '../test/support/crab-rows.ts';
import { startRig, type Rig } from '../test/support/rig.ts';
import { makeJob, SITES, startWorld, type World } from '../test/support/world.ts';
import { untilAllEnded } from './support/all-ended.ts';
import { OF_TASKS } from './support/histories.ts';
import { readOptions } from './support/options.ts';
import { rounded, type Bound } from './support/report/bound.ts';
import type { Cell } from './support/report/markdown-table.ts';
import { TENTH } from './support/policies.ts';
import { clearedAfter } from './support/undo.ts';
import { Report } from './support/report/report.ts';
import { reportAll } from './support/reporting.ts';

const options = readOptions({ files: 1000, trickle: 40 });

/** How jobs come. */
interface Load {
  name: string;
  jobs: number;
  perSecond?: number;
  /** Each is reported by a workflow of its own, which waits for its outcome. */
  waited?: boolean;
  maxFilesPerFtsJob?: number;
}

const LOADS: readonly Load[] = [
  { name: 'burst', jobs: options.files / 2 },
  { name: 'burst, waited for', jobs: options.files / 2, waited: true },
  // A batch leaves with the files of one job: what the next one brings is for the next.
  { name: 'trickle', jobs: options.trickle, perSecond: 2, maxFilesPerFtsJob: 2 },
];

/** Three calls where nothing shares them (SUBMITTED, the end of the transfer, that of the publication), each of four transitions. */
const MOST_ADDED = 12;

/** Sums over all workflows of one type. */
interface Sums {
  runs: number;
  transitions: number;
  events: number;
  /** Of the events: those that are for the list of workflows only. */
  listed: number;
  bytes: number;
}

interface TaskFigures {
  load: string;
  bookkeeping: boolean;
  jobs: number;
  /** By type of workflow. */
  workflows: Record<string, Sums>;
  all: Sums;
  ftsRequests: number;
  crabUpdates: number;
  seconds: number;
}

/** Works one task on a Temporal server of its own. */
function workTask(ending: Ending, load: Load, bookkeeping: boolean): Promise<TaskFigures> {
  return clearedAfter(ending, async (later) => {
    const world = await startWorld({ activePerLink: 50 });
    later(() => rm(world.storage.root, { recursive: true, force: true }));
    later(() => world.close());
    const { maxFilesPerFtsJob = 100 } = load;
    const rig = await startRig(world, { policy: { ...TENTH, maxFilesPerFtsJob, crabBookkeeping: bookkeeping } });
    later(() => rig.close());
    const task = '261122_120000:alice_crab_bench';
    const jobs = await layJobs(world, task, load.jobs);
    const started = Date.now();
    await reportJobs(rig, task, jobs, load);
    await closeTask(rig.client, task);
    const totals = await rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();
    if (totals.publication.DONE !== 2 * load.jobs) throw new Error(`not everything is published: ${JSON.stringify(totals)}`); // prettier-ignore
    await untilAllEnded(rig.client, AbortSignal.timeout(60_000));
    const workflows = await sumHistories(rig);
    return {
      ...{ load: load.name, bookkeeping, jobs: load.jobs, workflows, all: total(Object.values(workflows)) },
      ftsRequests: Object.values(world.fts.server.counts).reduce((a, b) => a + b, 0),
      crabUpdates: world.crab.books.transfersCalls.length,
      seconds: (Date.now() - started) / 1000,
    };
  });
}

async function reportJobs(
  { client }: Rig,
  task: string,
  jobs: JobReport[],
  { perSecond, waited }: Load,
): Promise<void> {
  if (!waited) return reportAll(client, task, jobs, perSecond === undefined ? {} : { perSecond });
  await Promise.all(jobs.map((job) => startJobOutput(client, task, job)));
  // Only a task that has been started can be closed.
  const known = async (): Promise<number> => (await taskStatus(client, task).catch(() => null))?.files ?? 0;
  await until(async () => (await known()) === 2 * jobs.length, AbortSignal.timeout(60_000));
}

async function layJobs(world: World, task: string, count: number): Promise<JobReport[]> {
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const sources = SITES.filter((site) => site !== 'T2_CH_CERN');
  const jobs: JobReport[] = [];
  for (let i = 0; i < count; i++) {
    const source = sources[i % sources.length]!;
    jobs.push(await makeJob(world, { task, jobId: String(i + 1), outputs: 2, log: false, source }));
  }
  for (const job of jobs) addRows(world, task, job);
  return jobs;
}

async function sumHistories({ client }: Rig): Promise<Record<string, Sums>> {
  const sums: Record<string, Sums> = {};
  for await (const { type, workflowId, runId } of client.workflow.list({ query: OF_TASKS })) {
    // The list tells the length only of what it has heard the end of.
    const handle = client.workflow.getHandle(workflowId, runId);
    const { historyLength, historySize, raw } = await handle.describe();
    const { events } = await handle.fetchHistory();
    const listed = events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length ?? 0;
    const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0);
    const run = { runs: 1, transitions, events: historyLength, listed, bytes: historySize ?? 0 };
    sums[type] = total(sums[type] ? [sums[type], run] : [run]);
  }
  return sums;
}

function total(all: readonly Sums[]): Sums {
  const sum: Sums = { runs: 0, transitions: 0, events: 0, listed: 0, bytes: 0 };
  for (const one of all) for (const name of Object.keys(sum) as (keyof Sums)[]) sum[name] += one[name];
  return sum;
}

/** A row of the table: everything per job output. */
function rowOf(name: Cell[], { runs, transitions, events, listed, bytes }: Sums, jobs: number): Cell[] {
  const each = [transitions, events, listed].map((count) => (count / jobs).toFixed(1));
  return [...name, runs, ...each, Math.round(bytes / jobs)];
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('events', 'What Temporal keeps of a job', options);
  const figures: TaskFigures[] = [];
  for (const load of LOADS)
    for (const bookkeeping of [false, true]) figures.push(await workTask(ending, load, bookkeeping));
  const onOff = (bookkeeping: boolean): string => (bookkeeping ? 'on' : 'off');
  const head = ['runs', 'transitions per job', 'events per job', 'of these for the list', 'bytes per job'];
  report.table(
    ['load', 'bookkeeping', 'workflow', ...head],
    figures.flatMap(({ load, bookkeeping, workflows, jobs }) =>
      Object.entries(workflows).map(([type, sums]) => rowOf([load, onOff(bookkeeping), type], sums, jobs)),
    ),
    'By workflow:',
  );
  report.table(
    ['load', 'jobs', 'bookkeeping', ...head, 'requests to FTS per job', 'updates to CRAB per job', 'seconds'],
    figures.map(({ load, jobs, bookkeeping, all, ftsRequests, crabUpdates, seconds }) => [
      ...rowOf([load, jobs, onOff(bookkeeping)], all, jobs),
      ...[(ftsRequests / jobs).toFixed(2), (crabUpdates / jobs).toFixed(2), seconds.toFixed(0)],
    ]),
    'Jobs of two output files, from report to published, all workflows counted:',
  );
  const types = [...new Set(figures.flatMap(({ workflows }) => Object.keys(workflows)))];
  report.plot({
    kind: 'bars',
    title: 'State transitions per job of two files, from report to published, by workflow',
    stacked: true,
    x: {
      name: "how jobs come; without and with CRAB's rows being told",
      categories: figures.map(({ load, bookkeeping }) => (bookkeeping ? `${load}, told` : load)),
    },
    y: { name: 'state transitions per job' },
    series: types.map((type) => ({
      name: type,
      values: figures.map(({ workflows, jobs }) => rounded((workflows[type]?.transitions ?? 0) / jobs)),
    })),
  });
  const bounds = figures.flatMap(({ load, bookkeeping, all, jobs }, i): Bound[] => {
    const off = figures[i - 1];
    if (!bookkeeping || !off) return [];
    const added = (all.transitions - off.all.transitions) / jobs;
    return [{ name: `${load}: transitions per job that bookkeeping adds, at most ${MOST_ADDED}`, found: added.toFixed(1), holds: added <= MOST_ADDED }]; // prettier-ignore
  });
  return report.conclude(figures, bounds);
}

process.exit(await runUntilInterrupted(measure));
