import type { SimulatedWorld } from '../simulators/world.ts';
import type { PlannedTask } from './plan.ts';
import { finishedCopies, ftsFiles, ftsRequests } from './fts-view.ts';
import { STUCK_SOURCE } from './task-shapes.ts';
import type { Fault } from './struck-files.ts';
import { until } from './until.ts';

/** Tells the audience that something has happened. */
export type Tell = (event: string) => void;

const CURL_RESET =
  'TRANSFER [112] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: Result curl error (56): Failure when receiving data from the peer after 1 attempts';
const HTTP_500 = 'DESTINATION [5] HTTP 500 : Unexpected server error: 500';
/** The outage begins when FTS has finished so much of the files. */
const OUTAGE_AT = 0.4;
const OUTAGE_MS = 3_000;

/** What was scripted for FTS and the sites as a whole, and whether it came about. */
export interface ScriptedFaults {
  /** FTS submissions whose answer was lost. */
  lostAnswers(): number;
  /** Requests that FTS did not answer during its outage. */
  unanswered(): number;
  /** Resolves when all that happens at its own time has happened. */
  done: Promise<unknown>;
}

/** Scripts everything that goes wrong in the demo: which file meets what stands in the plan. */
export function scriptFaults(
  world: SimulatedWorld,
  tasks: PlannedTask[],
  tell: Tell,
  signal: AbortSignal,
): ScriptedFaults {
  const files = tasks.flatMap(({ jobs }) => jobs.flatMap((job) => job.files.map((file) => ({ ...file, job }))));
  const hit = (fault: Fault) => files.filter((file) => file.fault === fault);
  const pattern = (fault: Fault): string =>
    `(${hit(fault)
      .map(({ destinationLfn }) => escape(destinationLfn))
      .join('|')})$`;
  const { transferFaults, server } = world.fts;

  const once = { times: 1 };
  transferFaults.add({ url: pattern('link-reset'), ...once, outcome: { fail: CURL_RESET } });
  transferFaults.add({ url: pattern('http-500'), ...once, outcome: { fail: HTTP_500 } });
  transferFaults.add({ url: pattern('corrupt'), ...once, outcome: { corrupt: true } });
  const expiry = untilExpired(world, tell, signal);
  transferFaults.add({ url: pattern('slow'), ...once, outcome: { until: expiry } });
  for (const { job, destinationLfn } of hit('refused').slice(0, 1))
    world.storage.siteFaults.set({ site: job.destination, kind: 'refused', path: folderOf(destinationLfn) });
  // Added first, so that it is looked at before any other fault of submissions.
  const lost = server.faults.applied.length;
  server.faults.add({ method: 'POST', path: '^/jobs$', skip: 3, times: 1, action: 'drop-after' });

  let unanswered = 0;
  const outage = async (): Promise<void> => {
    await until(() => finishedCopies(world.fts) >= files.length * OUTAGE_AT, signal);
    tell(`FTS is out of order for ${OUTAGE_MS / 1000} s`);
    const before = ftsRequests(world.fts);
    const end = Date.now() + OUTAGE_MS;
    // It lasts until somebody has noticed it.
    await until(
      () => {
        server.faults.outage(200);
        unanswered = ftsRequests(world.fts) - before;
        return Date.now() > end && unanswered > 0;
      },
      signal,
      50,
    );
    server.faults.outage(0);
    tell(`FTS answers again; ${unanswered} requests were lost`);
  };
  const done = Promise.all([expiry, fillDisk(world, hit('disk-full'), tell, signal), outage()]);
  done.catch(() => undefined);
  return { lostAnswers: () => server.faults.applied[lost] ?? 0, unanswered: () => unanswered, done };
}

/** The link is stuck until what waits for it has waited too long for FTS. */
async function untilExpired(world: SimulatedWorld, tell: Tell, signal: AbortSignal): Promise<void> {
  const onLink = () => ftsFiles(world.fts).filter(({ source }) => source.includes(`/${STUCK_SOURCE}/`));
  const expired = () => onLink().filter(({ reason }) => reason?.includes('in the queue for too long')).length;
  await until(() => expired() > 0 && onLink().every(({ state }) => state !== 'SUBMITTED'), signal);
  tell(`${expired()} files have waited too long for their turn on the link from ${STUCK_SOURCE}, which is free again`);
}

/** The destination folder is full until every file has been refused once; it is freed before any is given up. */
async function fillDisk(
  world: SimulatedWorld,
  files: { destinationLfn: string; job: { destination: string } }[],
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const [first] = files;
  if (!first) return;
  const site = first.job.destination;
  const folder = folderOf(first.destinationLfn);
  world.storage.siteFaults.set({ site, kind: 'full', path: folder });
  const refusals = (): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { destination, reason } of ftsFiles(world.fts))
      if (reason?.includes('507')) counts.set(destination, (counts.get(destination) ?? 0) + 1);
    return counts;
  };
  await until(() => refusals().size > 0, signal);
  tell(`${site} has no space left for ${folder}`);
  await until(() => {
    const counts = refusals();
    return counts.size >= files.length || [...counts.values()].some((count) => count > 1);
  }, signal);
  world.storage.siteFaults.clear(site);
  tell(`${site} has made space`);
}

/** Folder of a job's files, those of its logs included. */
const folderOf = (lfn: string): string => lfn.replace(/(\/log)?\/[^/]+$/, '/');

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
