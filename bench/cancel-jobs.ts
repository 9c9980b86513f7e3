/**
 * The cancel of a task with many active FTS jobs: `npm run bench:cancel [-- --jobs 50 --files 4 --json <file>]`.
 * Copies hang, but for some that end one by one while the cancel is on its way. How many DELETE requests reach FTS, how long until the last one has,
 * and whether what the task says of each file is what FTS did: nothing is DONE that FTS had not finished before its DELETE.
 */
import { cancelTask } from '../src/client/index.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import { readOptions } from './support/options.ts';
import { none, rounded, type Bound } from './support/report/bound.ts';
import type { Plot } from './support/report/plot.ts';
import { Report } from './support/report/report.ts';
import { SOURCES } from './support/sites.ts';
import { onStand } from './support/stand.ts';
import { BenchTask } from './support/task.ts';
import { truthOfCancel, type TruthOfCancel } from './support/truth-of-cancel.ts';

/** Seconds from the user's cancel until FTS has been told of every job (issue 4). */
const MOST_SECONDS = 15;
/** FTS kills copies so long after a DELETE; its own 10 s would only make this take longer. */
const CANCEL_GRACE_MS = 2_000;
/** Of every ten files, so many arrive while the task is being cancelled: the first when the user asks, the others one after the other. */
const WAVES = 4;
const BETWEEN_WAVES_MS = 400;

const options = readOptions({ jobs: 50, files: 4 });

interface CancelFigures extends TruthOfCancel {
  jobs: number;
  files: number;
  /** Seconds from the user's request. */
  answeredAfter: number;
  lastDeleteAfter: number;
  deleteRequests: number;
  jobsNamed: number;
  /** Of how many jobs FTS had been told so many seconds after the user's request. */
  told: { after: number; jobs: number }[];
  /** How often DELETE requests named the job that they named most often. */
  mostPerJob: number;
  done: number;
  killed: number;
}

function cancelActiveJobs(ending: Ending): Promise<CancelFigures> {
  const fts = { tickMs: 100, activePerLink: 1_000, cancelGraceMs: CANCEL_GRACE_MS };
  const policy = { maxFilesPerFtsJob: options.files, maxActiveFtsJobs: options.jobs, batchWindow: 2, cancelGrace: 3 };
  return onStand(ending, { fts, policy }, async (stand) => {
    const { world, client, signal } = stand;
    const waves = Array.from({ length: WAVES }, () => Promise.withResolvers<void>());
    for (const [digit, { promise }] of waves.entries())
      world.fts.transferFaults.add({ url: `_\\d*${digit}\\.root$`, outcome: { until: promise } });
    world.fts.transferFaults.add({ url: '.', outcome: 'hang' });
    const files = options.jobs * options.files;
    const task = await BenchTask.lay(stand, { files, label: 'cancel', sources: SOURCES, destinations: ['T2_CH_CERN'] });
    await task.report();
    await until(() => task.copies().filter(({ state }) => state === 'ACTIVE').length === files, signal);

    const asked = Date.now();
    for (const [at, wave] of waves.entries()) setTimeout(wave.resolve, at * BETWEEN_WAVES_MS);
    await cancelTask(client, task.name, { reason: 'measured', by: 'alice' });
    const answered = Date.now();
    const { DONE: done = 0, KILLED: killed = 0 } = await task.finish();

    const deletions = task.deletions();
    const times = [
      ...Map.groupBy(
        deletions.flatMap(({ jobIds }) => jobIds),
        (id) => id,
      ).values(),
    ];
    return {
      jobs: task.ftsJobs().length,
      files,
      answeredAfter: (answered - asked) / 1000,
      lastDeleteAfter: (Math.max(...deletions.map(({ at }) => at)) - asked) / 1000,
      deleteRequests: deletions.length,
      jobsNamed: times.length,
      told: deletions.map(({ at }, i) => ({
        after: (at - asked) / 1000,
        jobs: new Set(deletions.slice(0, i + 1).flatMap(({ jobIds }) => jobIds)).size,
      })),
      mostPerJob: Math.max(...times.map(({ length }) => length)),
      done,
      killed,
      ...(await truthOfCancel(stand, task)),
    };
  });
}

function tableOf(report: Report, of: CancelFigures): void {
  report.table(
    ['cancel of a task', ''],
    [
      ['active FTS jobs', `${of.jobs} of ${options.files} files, over ${SOURCES.length} links`],
      ['the user has an answer after', `${of.answeredAfter.toFixed(2)} s`],
      ['DELETE requests that reached FTS', `${of.deleteRequests}, naming ${of.jobsNamed} jobs`],
      ['until the last one reached FTS', `${of.lastDeleteAfter.toFixed(2)} s`],
      ['files that FTS had finished before its DELETE', of.finishedBefore],
      ['files DONE', of.done],
      ['files KILLED', of.killed],
      ['of these at their destination, when their batches have ended', of.killedButThere],
    ],
  );
}

const plotOf = (of: CancelFigures): Plot => ({
  kind: 'lines',
  title: `DELETE requests of one cancel: of ${of.jobs} active jobs FTS has been told of so many`,
  x: { name: "seconds after the user's request" },
  y: { name: 'jobs' },
  marks: [{ name: 'all jobs', y: of.jobs }],
  series: [{ name: 'jobs', points: of.told.map(({ after, jobs }) => [rounded(after), jobs] as const) }],
});

const boundsOf = (of: CancelFigures): Bound[] => [
  { name: `${options.jobs} jobs were active`, found: of.jobs, holds: of.jobs === options.jobs },
  {
    name: `the last DELETE within ${MOST_SECONDS} s`,
    found: `${of.lastDeleteAfter} s`,
    holds: of.lastDeleteAfter <= MOST_SECONDS,
  },
  {
    name: 'at most one DELETE per job',
    found: `${of.deleteRequests} requests, no job in more than ${of.mostPerJob}`,
    holds: of.deleteRequests <= of.jobs && of.mostPerJob === 1,
  },
  none('jobs with open files that no DELETE named', of.openJobsNotDeleted),
  none('files DONE that FTS had not finished before its DELETE', of.doneWithoutFinish),
  none('files neither DONE nor KILLED', of.neither),
  none('KILLED files that lie at their destination', of.killedButThere),
];

async function measure(ending: Ending): Promise<number> {
  const figures = await cancelActiveJobs(ending);
  const report = new Report('cancel', 'Cancel of a task', options);
  tableOf(report, figures);
  report.plot(plotOf(figures));
  return report.conclude(figures, boundsOf(figures));
}

process.exit(await runUntilInterrupted(measure));
