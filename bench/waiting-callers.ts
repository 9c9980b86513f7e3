/**
 * What callers that wait for outcomes cost Temporal: `npm run bench:waiting [-- --callers 2000 --seconds 40 --json <file>]`.
 * PostJobs wait for a job each, while nothing else happens, in one of four ways: the long poll of the result, a look at the job's workflow
 * from time to time, a query of the task from time to time (a worker answers), or one caller for all jobs. Measured against the CPU that
 * the same time takes with nobody waiting. In the end all jobs are cancelled, and every caller has to hear of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { addFiles, cancelTask, pauseTask, startJobOutput, taskStatus } from '../src/client/index.ts';
import type { JobRef } from '../src/contract/crab-record.ts';
import { crabFileId } from '../src/domain/digest.ts';
import type { JobReport } from '../src/domain/file.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { conclude, type Bound } from './support/conclusion.ts';
import { fastFts } from './support/fast-fts.ts';
import { markdownTable } from './support/markdown-table.ts';
import { readOptions } from './support/options.ts';
import { newProgress } from './support/progress.ts';
import { quantile } from './support/quantile.ts';
import { onStand, type Stand } from './support/stand.ts';
import { LOOK_EVERY, WaitingCallers, type Way } from './support/waiting.ts';

/** Beginnings are not measured: callers connect, and their first requests fall together. */
const SETTLE_MS = 5_000;

const WAYS: readonly Way[] = ['result', 'look', 'query', 'together'];
const NAMES: Readonly<Record<Way, string>> = {
  result: 'long poll of the result',
  look: `look every ${LOOK_EVERY.look} s`,
  query: `query every ${LOOK_EVERY.query} s`,
  together: `one for all, every ${LOOK_EVERY.together} s`,
};
/** What is extrapolated to: so many callers, that look so often (seconds). */
const MANY = 10_000;
const PRODUCTION_EVERY: Readonly<Record<Exclude<Way, 'result'>, number>> = { look: 60, query: 60, together: 15 };

interface WaitFigures {
  way: Way;
  callers: number;
  requests: number;
  seconds: number;
  /** Seconds of CPU beyond those of idling. */
  server: number;
  worker: number;
  errors: Record<string, number>;
  /** Milliseconds from the cancel until outcomes were known. */
  p50?: number;
  p99?: number;
  heard?: number;
}

const options = readOptions({ callers: 2_000, seconds: 40 });

/** Jobs of a task that is paused: all of them wait. */
async function layJobs({ client, world }: Stand, task: string, count: number): Promise<JobRef[]> {
  world.crab.books.addTask(task, {});
  await addFiles(client, task, [report(0)]);
  await pauseTask(client, task);
  const jobs: JobRef[] = [];
  for (let at = 1; at <= count; at += 50) {
    const some = Array.from({ length: Math.min(50, count - at + 1) }, (_, i) => report(at + i));
    await Promise.all(some.map((one) => startJobOutput(client, task, one)));
    jobs.push(...some.map(({ jobId, retry }) => ({ task, jobId, retry })));
  }
  while ((await taskStatus(client, task)).files < count + 1) await sleep(500);
  return jobs;
}

function report(number: number): JobReport {
  const sourceLfn = `/store/temp/user/alice.abc/waiting/out_${number}.root`;
  const file = {
    ...{
      id: crabFileId(sourceLfn),
      type: 'output' as const,
      source: 'T2_IT_Pisa',
      sourceLfn,
      destination: 'T2_CH_CERN',
    },
    ...{ destinationLfn: `/store/user/alice/waiting/out_${number}.root`, size: 1, adler32: '00000001', dataset: null },
    ...{ publish: false, startTime: 1_795_000_000, alreadyThere: false },
  };
  return { jobId: String(number), retry: 0, expected: 1, files: [file] };
}

/** CPU that server and worker use in so many seconds. */
async function usage(stand: Stand): Promise<{ server: number; worker: number }> {
  const before = stand.cpu();
  await sleep(options.seconds * 1000, undefined, { signal: stand.signal });
  const after = stand.cpu();
  return { server: (after.server ?? 0) - (before.server ?? 0), worker: (after.worker ?? 0) - (before.worker ?? 0) };
}

async function measureWays(stand: Stand, callers: number): Promise<WaitFigures[]> {
  const task = `261122_120000:alice_crab_waiting${callers}`;
  const jobs = await layJobs(stand, task, callers);
  const { address } = (stand.client.connection as Connection).options as { address: string };
  const { namespace } = stand.client.options;
  const idle = await usage(stand);
  console.log(`${callers} jobs, nobody waits: ${JSON.stringify(idle)} s of CPU in ${options.seconds} s`);
  const figures: WaitFigures[] = [];
  for (const way of WAYS) {
    const waiting = await WaitingCallers.start(way, address, namespace, jobs);
    await sleep(SETTLE_MS);
    const before = waiting.requests;
    const { server, worker } = await usage(stand);
    const requests = waiting.requests - before;
    const of: WaitFigures = {
      ...{
        way,
        callers,
        requests,
        seconds: options.seconds,
        server: server - idle.server,
        worker: worker - idle.worker,
      },
      errors: Object.fromEntries(waiting.errors),
    };
    figures.push(of);
    await waiting.stop();
  }
  // Who waits for the result, and who waits for all of them, hear of the end.
  for (const way of ['result', 'together'] as const) {
    const known = await heard(stand, way, address, way === 'result' ? task : `${task}_again`, callers, jobs);
    Object.assign(figures.find((of) => of.way === way) ?? {}, known);
  }
  return figures;
}

/** Cancels a task while callers wait for its jobs; how soon they hear of it, and how many do. */
async function heard(stand: Stand, way: Way, address: string, task: string, callers: number, laid: JobRef[]) {
  const jobs = laid[0]?.task === task ? laid : await layJobs(stand, task, callers);
  const waiting = await WaitingCallers.start(way, address, stand.client.options.namespace, jobs);
  await sleep(SETTLE_MS);
  const start = performance.now();
  await cancelTask(stand.client, task, { reason: 'the measurement is over', by: 'bench' });
  while (waiting.known.length < jobs.length && performance.now() - start < 90_000) await sleep(100);
  await waiting.stop();
  const times = waiting.known.map((at) => at - start).sort((a, b) => a - b);
  return { heard: times.length, p50: Math.round(quantile(times, 0.5)), p99: Math.round(quantile(times, 0.99)) };
}

async function measure(ending: Ending): Promise<number> {
  const step = newProgress();
  const counts = [
    ...new Set([100, 500, 1000, 2000].filter((count) => count < options.callers).concat(options.callers)),
  ];
  const figures: WaitFigures[] = [];
  for (const callers of counts) {
    const run = onStand(ending, { fts: fastFts(1), policy: {}, patience: 20 }, (stand) => measureWays(stand, callers));
    figures.push(...(await step(`${callers} callers`, run)));
  }
  const perMinute = (value: number, { callers, seconds }: WaitFigures): number => (value / callers / seconds) * 60;
  console.log(`\nPer waiting caller and minute, on Temporal's dev server, the CPU beyond that of idling:\n`);
  const head = [
    'callers',
    'way',
    'requests',
    'server, ms of CPU',
    'worker, ms of CPU',
    'server, ms per request',
    'refused',
  ];
  console.log(
    markdownTable(
      [...head, 'heard of the end', 'p50', 'p99'],
      figures.map((of) => [
        ...[of.callers, NAMES[of.way], perMinute(of.requests, of).toFixed(2)],
        ...[(perMinute(of.server, of) * 1000).toFixed(1), (perMinute(of.worker, of) * 1000).toFixed(1)],
        ...[((of.server / of.requests) * 1000).toFixed(2), Object.values(of.errors).reduce((a, b) => a + b, 0)],
        ...(of.heard === undefined ? ['', '', ''] : [of.heard, `${of.p50} ms`, `${of.p99} ms`]),
      ]),
    ),
  );
  for (const of of figures) if (Object.keys(of.errors).length) console.log(of.callers, of.way, of.errors);
  console.log(`\nEXTRAPOLATED from the largest count to ${MANY} callers (not measured):\n`);
  console.log(
    markdownTable(
      ['way', 'requests/s', 'server, CPU cores', 'worker, CPU cores'],
      figures.filter(({ callers }) => callers === options.callers).map((of) => extrapolate(of)),
    ),
  );
  const bounds = figures.flatMap(({ way, callers, heard: known }): Bound[] =>
    known === undefined
      ? []
      : [{ name: `${callers} callers, ${NAMES[way]}: all hear of the end`, found: known, holds: known === callers }],
  );
  return conclude(figures, bounds, options.json);
}

/** The same cost per caller, or per request where a way looks less often in production. For `together` the list grows with the jobs. */
function extrapolate(of: WaitFigures): (string | number)[] {
  const factor = MANY / of.callers;
  const often = of.way === 'result' ? 1 : LOOK_EVERY[of.way] / PRODUCTION_EVERY[of.way];
  const name =
    of.way === 'result' ? NAMES.result : `${NAMES[of.way].replace(/\d+ s/, `${PRODUCTION_EVERY[of.way]} s`)}`;
  // What is less than idling varies by counts as nothing.
  const rate = (value: number): string => ((Math.max(0, value) / of.seconds) * factor * often).toFixed(2);
  return [name, rate(of.requests), rate(of.server), rate(of.worker)];
}

process.exit(await runUntilInterrupted(measure));
