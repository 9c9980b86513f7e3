import { BIG_USER, crowdLoad } from '../../fairness/crowd-load.ts';
import { TUNED } from '../../support/policies.ts';
import { quantile } from '../../support/quantile.ts';
import type { Load } from '../../day/day-files.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { drawCopySeconds } from '../../support/cms-copies.ts';
import { seededRandom } from '../../../src/demo/random.ts';
import type { Findings } from '../findings.ts';
import type { Calibration } from '../calibration.ts';
import { playedLoad } from '../load.ts';
import { measured } from '../measured.ts';
import { BEGIN } from '../universe.ts';
import { universeOf, type Comparison } from './comparison.ts';

/** Job outputs of the one user that CRAB reports in a second: what one client process was seen to manage on two cores that everything shares. */
const REPORTED = 450;
/** As in bench/day/day-world.ts. */
const ACTIVE_PER_LINK = 100;
/** Seconds before the first of the others comes, and beyond the window until a task is closed late: as in bench/fairness.ts. */
const [AFTER, LATE] = [10, 5];

/** Before, all of our FTS jobs had one priority, and the files of a link were copied in order of arrival (docs/adr/0013-small-jobs-first.md). */
const SMALL_JOBS_FIRST = Date.parse('2026-11-25T12:46:46Z');

/** Users with few files beside one with very many, as in `bench:fairness`; nothing where none of it is kept. */
export function compareFairness(calibration: Calibration): Comparison[] {
  const kept = measured('fairness');
  if (!kept) return [];
  const { figures, options, date } = kept;
  const inOrderOfArrival = Date.parse(date) < SMALL_JOBS_FIRST;
  const isShort = options.windows[0] === 'short';
  const policy = { ...DEFAULT_POLICY, ...(isShort ? TUNED : {}) };
  const closeAfter = options.closed[0] === 'at-once' ? 0 : policy.batchWindow + LATE;
  const random = seededRandom(1);
  const work = (bigFiles: number): Findings => {
    const { users, each: filesEach, every } = options;
    const load = crowdLoad({ crowd: { bigFiles, users, filesEach, every, after: bigFiles > 0 ? AFTER : 1 } });
    const fts = {
      ...{ activePerLink: ACTIVE_PER_LINK, inOrderOfArrival },
      secondsOf: ({ bytes }: { bytes: number }) => drawCopySeconds(random, bytes) / (isShort ? 3 : 1),
    };
    const universe = universeOf(calibration, playedLoad(paced(load), closeAfter), policy, fts, { store: 'memory' });
    universe.queue.runUntil(BEGIN + 6 * 3600 * 1000);
    return universe.findings;
  };
  return [
    ...compare('idle', figures.idle, work(0), 0.25),
    ...compare(
      `beside ${options.files} files${inOrderOfArrival ? ', FTS in order of arrival' : ''}`,
      figures.crowded,
      work(options.files),
      0.4,
    ),
  ];
}

/** The one user's jobs have all ended, but it takes time to report them. */
function paced({ jobs, ...load }: Load): Load {
  let reported = 0;
  const isOfBig = (task: number): boolean => load.tasks[task]?.user === BIG_USER;
  const paced = jobs.map((job) => (isOfBig(job.task) ? { ...job, at: job.at + reported++ / REPORTED } : job));
  return { ...load, jobs: paced };
}

function compare(
  name: string,
  { untilSent, untilDone, untilPublished }: NonNullable<ReturnType<typeof measured<'fairness'>>>['figures']['idle'],
  findings: Findings,
  tolerance: number,
): Comparison[] {
  const isOfOthers = ({ user }: { user: string }): boolean => user !== BIG_USER;
  const stays = findings.stays.filter(isOfOthers);
  const row = (what: string, measuredSeconds: number, found: number[], share: number): Comparison => ({
    ...{ bench: 'fairness', what: `${name}: ${what}`, unit: 's', measured: measuredSeconds, tolerance },
    modelled: quantile(found, share),
  });
  const sent = stays.map(({ reportedAt, submittedAt }) => (submittedAt - reportedAt) / 1000);
  const done = stays.map(({ reportedAt, doneAt }) => (doneAt - reportedAt) / 1000);
  const published = findings.tasks.filter(isOfOthers).map(({ seconds }) => seconds);
  return [
    row('FTS has it, median', untilSent.median, sent, 0.5),
    row('DONE, median', untilDone.median, done, 0.5),
    row('DONE, p95', untilDone.p95, done, 0.95),
    row('all of a task published, median', untilPublished.median, published, 0.5),
  ];
}
