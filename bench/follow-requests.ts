/**
 * What following costs FTS: `npm run bench:follow [-- --files 2000 --json <file>]`.
 * Requests per 1,000 files with jobs of at most 100, 10 and 3 files over many links, against what one GET per job and poll would have taken
 * in the very same run. All times are a tenth of those that are shipped: copies of 2 to 11 s here stand for some of 20 to 110 s.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { ftsRequests } from '../src/demo/fts-view.ts';
import { fastFts, SPREAD } from './support/fast-fts.ts';
import { readOptions } from './support/options.ts';
import { TENTH } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { none, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { DESTINATIONS, SOURCES } from './support/sites.ts';
import { onStand } from './support/stand.ts';
import { BenchTask } from './support/task.ts';

const JOB_SIZES = [100, 10, 3];
/** Of one user: they share their requests. */
const TASKS = 2;
/** Copies at a time on a link, so that files wait as they do in production. */
const ACTIVE_PER_LINK = 10;

interface FollowFigures {
  jobSize: number;
  jobs: number;
  links: number;
  /** Requests, each per 1,000 files. */
  looks: number;
  onePerJob: number;
  submissions: number;
  whoami: number;
  delegation: number;
  all: number;
  notDone: number;
}

const options = readOptions({ files: 2_000 });

async function follow(ending: Ending, jobSize: number, files: number): Promise<FollowFigures> {
  const policy = { maxFilesPerFtsJob: jobSize, ...TENTH };
  const fts = { ...fastFts(files, SPREAD), activePerLink: ACTIVE_PER_LINK };
  return onStand(ending, { fts, policy }, async (stand) => {
    // No more links than full jobs can be made for.
    const destinations = DESTINATIONS.filter(
      (_, at) => at === 0 || files >= (at + 1) * SOURCES.length * TASKS * jobSize,
    );
    const tasks: BenchTask[] = [];
    for (let at = 1; at <= TASKS; at += 1) {
      const label = `follow${at}`;
      tasks.push(
        await BenchTask.lay(stand, { files: files / TASKS, label, sources: SOURCES, destinations, arrived: true }),
      );
    }
    await Promise.all(tasks.map((task) => task.report()));
    const ends = await Promise.all(tasks.map((task) => task.finish()));

    const { looks, server } = stand.world.fts;
    const per1000 = (count: number): number => Math.round((count / files) * 10_000) / 10;
    const counted = (kind: RegExp): number =>
      Object.entries(server.counts).reduce((sum, [name, count]) => sum + (kind.test(name) ? count : 0), 0);
    return {
      jobSize,
      jobs: stand.world.fts.jobs().length,
      links: SOURCES.length * destinations.length,
      looks: per1000(looks.requests),
      onePerJob: per1000(looks.jobs),
      submissions: per1000(counted(/^POST \/jobs/)),
      whoami: per1000(counted(/ \/whoami/)),
      delegation: per1000(counted(/ \/delegation/)),
      all: per1000(ftsRequests(stand.world.fts)),
      notDone: files - ends.reduce((sum, { DONE = 0 }) => sum + DONE, 0),
    };
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('follow', 'What following costs FTS', options);
  const files = Math.ceil(options.files / TASKS) * TASKS;
  const figures: FollowFigures[] = [];
  const step = newProgress();
  for (const size of JOB_SIZES) figures.push(await step(`jobs of ${size}`, follow(ending, size, files)));

  const head = ['files per job', 'jobs', 'links', 'GET of jobs', 'one GET per job and poll', 'saved'];
  report.table(
    [...head, 'submissions', 'whoami', 'delegation', 'all'],
    figures.map((of) => [
      ...[`≤ ${of.jobSize}`, of.jobs, of.links, of.looks, of.onePerJob, `× ${(of.onePerJob / of.looks).toFixed(1)}`],
      ...[of.submissions, of.whoami, of.delegation, of.all],
    ]),
    `Requests per 1,000 files, of ${files}:`,
  );
  report.plot({
    kind: 'bars',
    title: 'Looks at FTS: shared, and what one per job and poll would have taken',
    x: { name: 'files per FTS job', categories: figures.map(({ jobSize }) => `≤ ${jobSize}`) },
    y: { name: 'GET requests per 1,000 files', log: true },
    series: [
      { name: 'as it is', values: figures.map(({ looks }) => looks) },
      { name: 'one GET per job and poll', values: figures.map(({ onePerJob }) => onePerJob) },
    ],
  });
  const bounds = figures.flatMap(({ jobSize, looks, onePerJob, notDone }): Bound[] => [
    none(`jobs of ${jobSize}: files not DONE`, notDone),
    {
      name: `jobs of ${jobSize}: fewer requests than one per job and poll`,
      found: `${looks} instead of ${onePerJob}`,
      holds: looks < onePerJob,
    },
  ]);
  return report.conclude(figures, bounds);
}

process.exit(await runUntilInterrupted(measure));
