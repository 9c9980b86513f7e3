/**
 * Users with few files beside one with very many: `npm run bench:fairness [-- --files 100000 --users 50 --each 20 --every 1 --workers 1
 * --windows shipped --closed late --json <file>]`. How long files of the others take when the system is idle, and while the one user's are worked,
 * who must not be ready before they are. Windows, looks and lengths of copies are those of production, so that it is what users see. What
 * waiting for them hides is shown by `--closed at-once` (tasks are closed right after their reports, which sends what waits in a window) and
 * `--windows short` (of 2 s, copies a third as long). FTS starts every copy at once: its own queues per link are shared as FTS shares them.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { loadConfig } from '../src/config/index.ts';
import { workCrowd, type CrowdFindings } from './fairness/work-crowd.ts';
import { readOptions } from './support/options.ts';
import { TUNED } from './support/policies.ts';
import { newProgress } from './support/progress.ts';
import { quantile } from './support/quantile.ts';
import { atLeast, atMost, none, rounded, target, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';

/** How much longer the others may wait beside the one user than in an idle system. */
const FAIR = 2;
/** How many times shorter copies are than in life, where they take some fifteen seconds, and what is not as shipped. */
const WINDOWS = { shipped: { speed: 1, policy: {} }, short: { speed: 3, policy: TUNED } } as const;
/** Seconds beyond the window until a task is closed late. Assumed: jobs of a task seldom end all at once, so that windows count. */
const LATE_S = 5;
const PATIENCE_MINUTES = 15;
/** Seconds before the first of the others comes. */
const AFTER_S = 10;
const CACHED = 5_000;

const options = readOptions(
  { files: 100_000, users: 50, each: 20, every: 1, workers: 1 },
  {
    windows: { from: ['shipped', 'short'], default: ['shipped'] },
    closed: { from: ['late', 'at-once'], default: ['late'] },
  },
);
const { speed, policy: changed } = WINDOWS[options.windows[0] ?? 'shipped'];
const policy = { ...DEFAULT_POLICY, ...changed };
const closeAfter = options.closed[0] === 'at-once' ? 0 : policy.batchWindow + LATE_S;
const STAGES = { untilSent: 'FTS has it', untilDone: 'DONE', untilPublished: 'all of a task published' } as const;
type Stage = keyof typeof STAGES;

function work(ending: Ending, bigFiles: number): Promise<CrowdFindings> {
  const { users, each: filesEach, every, workers } = options;
  const crowd = { bigFiles, users, filesEach, every, after: bigFiles > 0 ? AFTER_S : 1 };
  const stand = { workers, store: 'memory', cached: CACHED, speed, failing: false, closeAfter } as const;
  return workCrowd(ending, { ...stand, day: { crowd }, policy }, PATIENCE_MINUTES);
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('fairness', 'Users with few files beside one with very many', options);
  const step = newProgress();
  const idle = await work(ending, 0);
  await step('idle, medians', Promise.resolve(medians(idle)));
  const crowded = await work(ending, options.files);
  await step('beside the one user, medians', Promise.resolve(medians(crowded)));

  const shares = [0.5, 0.95] as const;
  const factor = (stage: Stage, share: number): number =>
    quantile(crowded[stage], share) / quantile(idle[stage], share);
  report.table(
    [
      'from the report until',
      'idle, median / p95, s',
      `beside ${options.files} files, s`,
      'longer by, s',
      'times longer',
    ],
    (Object.keys(STAGES) as Stage[]).map((stage) => [
      STAGES[stage],
      ...[idle, crowded].map((of) => shares.map((share) => rounded(quantile(of[stage], share))).join(' / ')),
      shares.map((share) => rounded(quantile(crowded[stage], share) - quantile(idle[stage], share))).join(' / '),
      shares.map((share) => rounded(factor(stage, share))).join(' / '),
    ]),
    `${options.users} users with ${options.each} files each, windows and looks ${options.windows[0]}, tasks closed ${options.closed[0]}`,
  );
  const { fts } = loadConfig({});
  report.table(
    ['limits', 'found', 'limit'],
    [
      ['FTS jobs of one task at a time', crowded.mostJobsOfTask, DEFAULT_POLICY.maxActiveFtsJobs],
      ['requests to FTS in a second', rounded(crowded.mostRequests), fts.requestsPerSecond * options.workers],
    ],
  );
  report.plot({
    kind: 'bars',
    title: 'How long users with few files wait',
    x: { name: 'from the report until', categories: Object.values(STAGES) },
    y: { name: 'median, s' },
    series: [
      { name: 'idle', values: (Object.keys(STAGES) as Stage[]).map((stage) => quantile(idle[stage], 0.5)) },
      {
        name: 'beside the one user',
        values: (Object.keys(STAGES) as Stage[]).map((stage) => quantile(crowded[stage], 0.5)),
      },
    ],
  });
  const bounds = [
    ...(Object.keys(STAGES) as Stage[]).flatMap((stage): Bound[] => [
      target(atMost(`${STAGES[stage]}: times longer than in an idle system, median`, factor(stage, 0.5), FAIR)),
      target(atMost(`${STAGES[stage]}: times longer than in an idle system, p95`, factor(stage, 0.95), FAIR)),
    ]),
    none('tasks of the others that did not end', idle.unended + crowded.unended),
    atLeast('files of the one user still to be worked when the others had ended', crowded.leftOfBig, 1),
    atMost('FTS jobs of one task at a time', crowded.mostJobsOfTask, DEFAULT_POLICY.maxActiveFtsJobs),
    // A second of ours begins anywhere within one of theirs.
    atMost('requests to FTS in a second', crowded.mostRequests, 1.1 * fts.requestsPerSecond * options.workers),
  ];
  return report.conclude({ idle: spread(idle), crowded: spread(crowded) }, bounds);
}

const medians = (of: CrowdFindings): object =>
  Object.fromEntries((Object.keys(STAGES) as Stage[]).map((stage) => [stage, quantile(of[stage], 0.5)]));

const spread = (of: CrowdFindings): object => ({
  ...Object.fromEntries(
    (Object.keys(STAGES) as Stage[]).map((stage) => [
      stage,
      { median: quantile(of[stage], 0.5), p95: quantile(of[stage], 0.95), max: Math.max(...of[stage]) },
    ]),
  ),
  ...{ leftOfBig: of.leftOfBig, mostJobsOfTask: of.mostJobsOfTask, mostRequests: of.mostRequests },
});

process.exit(await runUntilInterrupted(measure));
