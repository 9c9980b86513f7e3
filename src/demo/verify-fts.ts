import type { SimulatedWorld } from '../simulators/world.ts';
import type { ScriptedFaults } from './faults.ts';
import { ftsFiles, ftsRequests } from './fts-view.ts';
import type { PlannedTask } from './plan.ts';
import type { Fault } from './struck-files.ts';
import { checkAll, type Check } from './verification.ts';

/** FTS may be asked so often per file, in a demo of the usual size or larger: what is asked for per job weighs more in a small one. */
const REQUESTS_PER_FILE = 0.3;
const USUAL_FILES = 400;

/** What FTS's own reasons must show for each fault, and that the script has really been played. */
const REASONS: Readonly<Partial<Record<Fault, RegExp>>> = {
  'disk-full': /HTTP 507/,
  queued: /stayed in the queue for too long/,
  'link-reset': /curl error/,
  'http-500': /HTTP 500/,
  corrupt: /DESTINATION .*checksum do not match/,
  refused: /DESTINATION .*HTTP 403/,
  vanished: /SOURCE .*(404|not found)/i,
  'wrong-sum': /SOURCE .*checksum do not match/,
};

/** Looks at FTS's books: what it was asked to do, never twice. */
export async function verifyFtsBooks(world: SimulatedWorld): Promise<Check[]> {
  const jobs = world.fts.jobs();
  const bySid = Map.groupBy(jobs, ({ sid }) => sid ?? '');
  // A sid is <first run>/<batch>/<attempt>/<digest>.
  const byAttempt = Map.groupBy(jobs, ({ sid }) => (sid ?? '').split('/').slice(0, 3).join('/'));
  const copies = Map.groupBy(ftsFiles(world.fts), ({ destination }) => destination);
  return [
    await checkAll('FTS jobs, one for each attempt of a batch', [...byAttempt], ([attempt, of]) =>
      of.length === 1 && attempt.split('/').length === 3 ? null : `attempt ${attempt} has ${of.length} jobs`,
    ),
    await checkAll('submission ids, none used twice', [...bySid], ([sid, of]) =>
      of.length === 1 ? null : `${sid}: ${of.length} jobs`,
    ),
    await checkAll('FTS jobs that name no destination twice', jobs, ({ jobId, files }) =>
      new Set(files.map(({ destination }) => destination)).size === files.length ? null : jobId,
    ),
    await checkAll('destinations, none written by two copies at a time', [...copies], ([destination, of]) => {
      const runs = of.flatMap(({ attempts }) => [...attempts]).sort((a, b) => a.startedAt - b.startedAt);
      const overlap = runs.find((run, at) => at > 0 && run.startedAt < (runs[at - 1]?.endedAt ?? Infinity));
      return overlap ? destination : null;
    }),
  ];
}

/** Looks at FTS's books, and at what it met. */
export async function verifyFts(
  world: SimulatedWorld,
  tasks: readonly PlannedTask[],
  faults: ScriptedFaults,
): Promise<Check[]> {
  const reasons = ftsFiles(world.fts).map(({ reason }) => reason ?? '');
  const planned = tasks.flatMap((task) => task.jobs.flatMap(({ files }) => files));
  const requests = ftsRequests(world.fts);
  return [
    ...(await verifyFtsBooks(world)),
    await checkAll('faults scripted for files, each met in FTS', Object.entries(REASONS), ([fault, pattern]) => {
      const isPlanned = planned.some((file) => file.fault === fault);
      return !isPlanned || reasons.some((reason) => pattern.test(reason)) ? null : fault;
    }),
    await checkAll('lost answer and outage of FTS, each met', [faults.lostAnswers(), faults.unanswered()], (times) =>
      times > 0 ? null : 'did not happen',
    ),
    {
      claim: `FTS requests for ${planned.length} files: ${(requests / planned.length).toFixed(2)} per file (at most ${REQUESTS_PER_FILE} from ${USUAL_FILES} files on)`,
      count: requests,
      problems: planned.length >= USUAL_FILES && requests / planned.length > REQUESTS_PER_FILE ? ['too many'] : [],
    },
  ];
}
