/**
 * What callers that wait for outcomes cost: `npm run bench:waiting [-- --callers 2000 --seconds 20 --json <file>]`.
 * PostJobs wait for a job each, while nothing else happens, in one of five ways: the long poll of the result, a look at the job's workflow
 * from time to time, a query of the task from time to time (a worker answers), one caller for all jobs, or a look at CRAB's row, which the
 * service tells. Measured against the CPU that the same time takes with nobody waiting. In the end all jobs are cancelled, and every caller
 * has to hear of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { addFiles, cancelTask, pauseTask, startJobOutput, taskStatus } from '../src/client/index.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { patiently } from '../src/demo/patiently.ts';
import { until } from '../src/demo/until.ts';
import { crabFileId } from '../src/domain/digest.ts';
import type { JobReport } from '../src/domain/file.ts';
import { rowsOf } from '../test/support/crab-rows.ts';
import { fastFts } from './support/fast-fts.ts';
import { readOptions } from './support/options.ts';
import { quantile } from './support/quantile.ts';
import type { Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { onStand, type Stand } from './support/stand.ts';
import { reportWaits, wayName, type Cpu, type WaitFigures } from './support/waiting-tables.ts';
import { WAYS, WaitingCallers, type WaitedJob, type Way, type Where } from './support/waiting.ts';

/** Beginnings are not measured: callers connect, and their first requests fall together. */
const SETTLE_MS = 4_000;
const HEARD_WITHIN_MS = 240_000;
/** Who hears of the end is measured for these, all at the same end. */
const HEARING: readonly Way[] = ['result', 'together', 'crab'];

/** Twenty seconds, or a multiple: a long poll lasts so long. */
const options = readOptions({ callers: 2_000, seconds: 20 });

/** Jobs of a task that is paused: all of them wait. */
async function layJobs(stand: Stand, task: string, count: number): Promise<WaitedJob[]> {
  const { client } = stand;
  await addFiles(client, task, [report(0)]);
  await pauseTask(client, task);
  const reports = Array.from({ length: count }, (_, i) => report(i + 1));
  await stand.crabProcess?.addRows(reports.flatMap((one) => rowsOf(task, one)));
  for (let at = 0; at < count; at += 50)
    await Promise.all(reports.slice(at, at + 50).map((one) => startJobOutput(client, task, one)));
  await until(
    async () => (await patiently(stand.signal, () => taskStatus(client, task))).files === count + 1,
    stand.signal,
    500,
  );
  return reports.map(({ jobId, retry, files }) => ({ task, jobId, retry, fileId: files[0]?.id ?? '' }));
}

function report(number: number): JobReport {
  const sourceLfn = `/store/temp/user/alice.abc/waiting/out_${number}.root`;
  const file = {
    ...{ id: crabFileId(sourceLfn), type: 'output' as const, source: 'T2_IT_Pisa', sourceLfn },
    ...{ destination: 'T2_CH_CERN', destinationLfn: `/store/user/alice/waiting/out_${number}.root`, size: 1 },
    ...{ adler32: '00000001', dataset: null, publish: false, startTime: 1_795_000_000, alreadyThere: false },
  };
  return { jobId: String(number), retry: 0, expected: 1, files: [file] };
}

/** Seconds of CPU that each process uses in the time of a measurement. */
async function usage(stand: Stand): Promise<Cpu> {
  const before = stand.cpu();
  await sleep(options.seconds * 1000, undefined, { signal: stand.signal });
  const after = stand.cpu();
  const used = (name: keyof Cpu): number => (after[name] ?? 0) - (before[name] ?? 0);
  return { server: used('server'), worker: used('worker'), crab: used('crab') };
}

async function measureWays(stand: Stand): Promise<WaitFigures[]> {
  const { callers } = options;
  const task = `261122_120000:alice_crab_waiting${callers}`;
  const jobs = await layJobs(stand, task, callers);
  const { address } = (stand.client.connection as { options?: { address?: string } }).options ?? {};
  if (!stand.crabProcess || !address) throw new Error('the stand lacks what is measured');
  const where = { address, namespace: stand.client.options.namespace, crab: stand.crabProcess };
  const idle = await usage(stand);
  const figures: WaitFigures[] = [];
  for (const way of WAYS) {
    const waiting = await WaitingCallers.start(way, where, jobs);
    await sleep(SETTLE_MS);
    const before = { ...waiting.counts };
    const used = await usage(stand);
    const { counts } = waiting;
    figures.push({
      ...{ way, callers, seconds: options.seconds, errors: Object.fromEntries(waiting.errors) },
      requests: counts.temporal - before.temporal,
      refused: counts.refused - before.refused,
      crabRequests: counts.crab - before.crab,
      cpu: { server: used.server - idle.server, worker: used.worker - idle.worker, crab: used.crab - idle.crab },
    });
    await waiting.stop();
    console.log(`measured: ${wayName(way)}`);
  }
  for (const [way, known] of await hear(stand, where, task, jobs))
    Object.assign(figures.find((of) => of.way === way) ?? {}, known);
  return figures;
}

type Heard = Pick<WaitFigures, 'heard' | 'p50' | 'p99'>;

/** Cancels a task while callers of several kinds wait for its jobs; how soon they hear of it, and how many do. */
async function hear(stand: Stand, where: Where, task: string, jobs: readonly WaitedJob[]): Promise<[Way, Heard][]> {
  const groups = await Promise.all(HEARING.map((way) => WaitingCallers.start(way, where, jobs)));
  await sleep(SETTLE_MS);
  const start = performance.now();
  await cancelTask(stand.client, task, { reason: 'the measurement is over', by: 'bench' });
  const late = AbortSignal.any([stand.signal, AbortSignal.timeout(HEARD_WITHIN_MS)]);
  // Who has not heard by then is told as such.
  await until(() => groups.every(({ known }) => known.length === jobs.length), late).catch(() => undefined);
  await Promise.all(groups.map((group) => group.stop()));
  return groups.map(({ known }, i) => {
    const times = known.map((at) => at - start).sort((a, b) => a - b);
    const [p50, p99] = [0.5, 0.99].map((part) => Math.round(quantile(times, part)));
    return [HEARING[i]!, { heard: times.length, p50: p50!, p99: p99! }];
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('waiting', 'What callers that wait for outcomes cost', options);
  const conditions = { fts: fastFts(1), policy: { crabBookkeeping: true }, crabProcess: true, patience: 10 };
  const figures = await onStand(ending, conditions, measureWays);
  reportWaits(report, figures);
  const bounds = figures.flatMap(({ way, callers, heard: known }): Bound[] =>
    known === undefined
      ? []
      : [{ name: `${wayName(way)}: all ${callers} hear of the end`, found: known, holds: known === callers }],
  );
  return report.conclude(figures, bounds);
}

process.exit(await runUntilInterrupted(measure));
