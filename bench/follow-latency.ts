/**
 * How late the end of a copy is known: `npm run bench:latency [-- --jobs 20 --factor 20 --json <file>]`.
 * FTS jobs of one file each whose copies take 1, 5 and 20 minutes, give or take a quarter; from FTS's finish time until the look that saw it is in
 * the batch's history. Once with the looks alone, once with FTS's messages, through a broker. All times of production (looks, copies, pauses
 * before nudges) are divided by the factor, and what is found is multiplied by it.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import { loadConfig } from '../src/config/index.ts';
import { transferBatchId } from '../src/contract/ids.ts';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import { readOptions } from './support/options.ts';
import { quantile } from './support/quantile.ts';
import type { Bound } from './support/report/bound.ts';
import { distribution } from './support/report/plot.ts';
import { Report } from './support/report/report.ts';
import { SOURCES } from './support/sites.ts';
import { onStand, type Stand } from './support/stand.ts';
import { BenchTask } from './support/task.ts';

/** Minutes that copies take. */
const LENGTHS = [1, 5, 20];
/** Copies differ by so much either way, so that their ends do not fall together with the looks. */
const SPREAD = 0.25;

const options = readOptions({ jobs: 20, factor: 20 });
const { followFirst, followMax, followGrid } = DEFAULT_POLICY;
const { delay, interval } = loadConfig({}).ftsEvents;

/** Seconds of production until the end of each file is known, by the minutes that its copy takes. */
type Latencies = Map<number, number[]>;

async function measureOnce(ending: Ending, byMessages: boolean): Promise<{ latencies: Latencies; requests: number }> {
  const files = options.jobs * LENGTHS.length;
  const scaled = (seconds: number): number => seconds / options.factor;
  const policy = {
    ...{ maxFilesPerFtsJob: 1, maxActiveFtsJobs: files, batchWindow: 0 },
    ...{ followFirst: scaled(followFirst), followMax: scaled(followMax), followGrid: scaled(followGrid) },
  };
  const messages = byMessages && { messages: { delay: scaled(delay), interval: scaled(interval) } };
  return onStand(ending, { fts: { tickMs: 50, activePerLink: files }, policy, ...messages }, async (stand) => {
    const { world, signal } = stand;
    for (let at = 0; at < files; at += 1) {
      const spread = 1 - SPREAD + (2 * SPREAD * Math.floor(at / LENGTHS.length)) / options.jobs;
      const slowMs = scaled(minutesOf(at + 1) * 60 * spread) * 1000;
      world.fts.transferFaults.add({ url: `out0_${at + 1}\\.root$`, outcome: { slowMs } });
    }
    const label = byMessages ? 'told' : 'polled';
    const task = await BenchTask.lay(stand, { files, label, sources: SOURCES, destinations: ['T2_CH_CERN'] });
    await task.report();
    await until(() => task.copies().filter(({ state }) => state === 'FINISHED').length === files, signal);
    await task.finish();
    return { latencies: await latenciesOf(stand, task), requests: world.fts.looks.requests };
  });
}

const minutesOf = (jobId: number): number => LENGTHS[jobId % LENGTHS.length]!;

async function latenciesOf({ client }: Stand, task: BenchTask): Promise<Latencies> {
  const latencies: Latencies = new Map(LENGTHS.map((minutes) => [minutes, []]));
  for (const job of task.ftsJobs()) {
    const batchId = transferBatchId(task.name, Number(job.metadata['batch']));
    const { events } = await client.workflow.getHandle(batchId).fetchHistory();
    const asked = events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'followFtsJob',
    );
    const told = events?.find((event) =>
      event.activityTaskCompletedEventAttributes?.scheduledEventId?.equals(asked?.eventId ?? -1),
    );
    const [file] = job.files;
    if (!told?.eventTime || !file?.finishTime) throw new Error(`the end of ${job.jobId} was never told`);
    const toldAt = Number(told.eventTime.seconds) * 1000 + (told.eventTime.nanos ?? 0) / 1e6;
    const jobId = Number(/_(\d+)\.root$/.exec(file.destination)?.[1]);
    latencies.get(minutesOf(jobId))?.push(((toldAt - file.finishTime) / 1000) * options.factor);
  }
  return latencies;
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('latency', 'How late the end of a copy is known', options);
  const polled = await measureOnce(ending, false);
  const told = await measureOnce(ending, true);
  const figures = [
    ...[...polled.latencies].map(([minutes, seconds]) => ({ by: 'looks alone', minutes, ...spreadOf(seconds) })),
    ...[...told.latencies].map(([minutes, seconds]) => ({ by: 'messages, too', minutes, ...spreadOf(seconds) })),
  ];
  const rows = figures.map(({ by, minutes, ...spread }) => [by, `${minutes} min`, ...Object.values(spread)]);
  report.table(['known by', 'copies of', 'median s', 'p95 s', 'max s'], rows);
  report.text(`GET requests: ${polled.requests} with looks alone, ${told.requests} with messages, too`);
  const curve = (by: string, { latencies }: { latencies: Latencies }) =>
    [...latencies].map(([minutes, seconds]) => ({
      name: `${minutes} min, ${by}`,
      points: distribution(seconds.map(Math.round)),
    }));
  report.plot({
    kind: 'lines',
    title: 'How late the end of a copy is known, by how long it took',
    x: { name: "seconds after FTS's finish time, at most" },
    y: { name: '% of the copies' },
    series: [...curve('looks alone', polled), ...curve('messages, too', told)],
  });
  const longest = Math.max(...[...polled.latencies.values()].flat());
  const bound = followMax + followGrid + TIMERS_LATE_S * options.factor;
  const latest = Math.max(...[...told.latencies.values()].flat());
  const nudgeBound = delay + NUDGE_LATE_S * options.factor;
  const bounds: Bound[] = [
    {
      name: `with messages no end is known later than ${nudgeBound} s`,
      found: `${latest.toFixed(0)} s`,
      holds: latest <= nudgeBound,
    },
    { name: `no end is known later than ${bound} s`, found: `${longest.toFixed(0)} s`, holds: longest <= bound },
  ];
  return report.conclude({ factor: options.factor, rows: figures, requests: [polled.requests, told.requests] }, bounds);
}

/** Temporal fires timers up to a second late, and a busy machine takes its time: multiplied by the factor, as all that is found. */
const TIMERS_LATE_S = 2;

/** A nudge that meets a look under way is given again a second later, and the look after it takes its time, all multiplied likewise. */
const NUDGE_LATE_S = 4;

const spreadOf = (seconds: number[]): Record<'median' | 'p95' | 'max', string> => ({
  median: quantile(seconds, 0.5).toFixed(0),
  p95: quantile(seconds, 0.95).toFixed(0),
  max: Math.max(...seconds).toFixed(0),
});

process.exit(await runUntilInterrupted(measure));
