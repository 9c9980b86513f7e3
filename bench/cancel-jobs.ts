/**
 * The cancel of a task with many active FTS jobs: `npm run bench:cancel [-- --jobs 50 --files 4 --json <file>]`.
 * Copies hang, but for some that end one by one while the cancel is on its way. How many DELETE requests reach FTS, how long until the last one has,
 * and whether what the task says of each file is what FTS did: nothing is DONE that FTS had not finished before its DELETE.
 */
import { cancelTask } from '../src/client/index.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import { conclude, type Bound } from './support/conclusion.ts';
import { markdownTable } from './support/markdown-table.ts';
import { readOptions } from './support/options.ts';
import { SOURCES } from './support/sites.ts';
import { onStand } from './support/stand.ts';
import { BenchTask } from './support/task.ts';
import { truthOfCancel } from './support/truth-of-cancel.ts';

/** Seconds from the user's cancel until FTS has been told of every job (issue 4). */
const MOST_SECONDS = 15;
/** FTS kills copies so long after a DELETE; its own 10 s would only make this take longer. */
const CANCEL_GRACE_MS = 2_000;
/** Of every ten files, so many arrive while the task is being cancelled: the first when the user asks, the others one after the other. */
const WAVES = 4;
const BETWEEN_WAVES_MS = 400;

const options = readOptions({ jobs: 50, files: 4 });

async function measure(ending: Ending): Promise<number> {
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
    const jobs = task.ftsJobs();

    const asked = Date.now();
    for (const [at, wave] of waves.entries()) setTimeout(wave.resolve, at * BETWEEN_WAVES_MS);
    await cancelTask(client, task.name, { reason: 'measured', by: 'alice' });
    const answered = Date.now();
    const transfer = await task.finish();
    const truth = await truthOfCancel(stand, task);

    const deletions = task.deletions();
    const told = new Set(deletions.flatMap(({ jobIds }) => jobIds));
    const seconds = (Math.max(...deletions.map(({ at }) => at)) - asked) / 1000;
    const figures = {
      ...{ jobs: jobs.length, files, answeredAfter: (answered - asked) / 1000, deleteRequests: deletions.length },
      ...{ jobsDeleted: told.size, lastDeleteAfter: seconds, transfer, ...truth },
    };
    const rows = [
      ['active FTS jobs', `${jobs.length} of ${options.files} files over ${SOURCES.length} links`],
      ['the user has an answer after', `${figures.answeredAfter.toFixed(2)} s`],
      ['DELETE requests that reached FTS', `${deletions.length}, naming ${told.size} jobs`],
      ['until the last one reached FTS', `${seconds.toFixed(2)} s`],
      ['files finished by FTS before that', truth.finishedBefore],
      ['files DONE', transfer.DONE ?? 0],
      ['files KILLED', transfer.KILLED ?? 0],
      ['KILLED, but copied before FTS stopped the copy', truth.killedButThere],
    ];
    console.log(markdownTable(['cancel of a task', ''], rows));
    const bounds: Bound[] = [
      ...[{ name: 'all jobs were active', found: jobs.length, holds: jobs.length === options.jobs }],
      { name: `last DELETE after at most ${MOST_SECONDS} s`, found: `${seconds} s`, holds: seconds <= MOST_SECONDS },
      {
        name: 'at most one DELETE per job, and every open job in one',
        found: `${deletions.length} requests, ${truth.openJobsNotDeleted} open jobs in none`,
        holds: deletions.length <= jobs.length && truth.openJobsNotDeleted === 0,
      },
      {
        name: 'DONE that FTS had not finished before its DELETE',
        found: truth.doneWithoutFinish,
        holds: truth.doneWithoutFinish === 0,
      },
      { name: 'neither DONE nor KILLED', found: truth.neither, holds: truth.neither === 0 },
    ];
    return conclude(figures, bounds, options.json);
  });
}

process.exit(await runUntilInterrupted(measure));
