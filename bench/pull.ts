/**
 * CRAB's queue worked by several pullers: `npm run bench:pull [-- --rows 2000 --pullers 2 --users 10 --json <file>]`.
 * Rows of jobs with one output and one log, all of them in the queue when the pullers start: whether each is taken once and its final state
 * comes back, how long that takes, and what it costs CRAB.
 */
import { closeTask } from '../src/client/index.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import type { PulledRound } from '../src/pull/puller.ts';
import { runPuller } from '../src/pull/run-puller.ts';
import { transferNumber } from '../src/simulators/crab/transfer-row.ts';
import { addRows } from '../test/support/crab-rows.ts';
import { startPuller } from '../test/support/pullers.ts';
import { makeJob } from '../test/support/world.ts';
import { readOptions } from './support/options.ts';
import { TENTH } from './support/policies.ts';
import { none, rounded, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';
import { SOURCES } from './support/sites.ts';
import { onStand, type Stand } from './support/stand.ts';

/** A tenth of production's looks: what changes between two of them is told together, as it would be there. */
const POLICY = { ...TENTH, crabBookkeeping: true, batchWindow: 5 };
const LAID_AT_ONCE = 8;
/** How long CRAB thinks about each request: on loopback one puller would have it all before the other has asked. */
const CRAB_MS = 50;

const options = readOptions({ rows: 2000, pullers: 2, users: 10 });

interface PullFigures {
  rows: number;
  pullers: number;
  taken: number;
  takenTwice: number;
  done: number;
  /** Seconds since the pullers started. */
  pulledAfter: number;
  backAfter: number;
  byPuller: number[];
  /** By subresource. */
  requests: Record<string, number>;
}

/** Lays the files of all jobs and puts their rows into the queue. @returns the tasks */
async function fillQueue({ world }: Stand): Promise<string[]> {
  const tasks = Array.from({ length: options.users }, (_, i) => `261122_120000:user${i}_crab_pull`);
  for (const task of tasks)
    world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const jobs = options.rows / 2;
  let next = 0;
  const layNext = async (): Promise<void> => {
    for (let job = next++; job < jobs; job = next++) {
      const task = tasks[job % tasks.length]!;
      const source = SOURCES[job % SOURCES.length]!;
      addRows(world, task, await makeJob(world, { task, jobId: String(job + 1), source, publish: false }));
    }
  };
  await Promise.all(Array.from({ length: LAID_AT_ONCE }, layNext));
  return tasks;
}

function pullAll(ending: Ending): Promise<PullFigures> {
  return onStand(ending, { fts: { tickMs: 100, activePerLink: 100 }, policy: POLICY }, async (stand) => {
    const { world, client, signal } = stand;
    const { books } = world.crab;
    const tasks = await fillQueue(stand);
    world.crab.server.faults.add({ path: '.', delayMs: CRAB_MS });
    const end = new AbortController();
    const byPuller = Array.from({ length: options.pullers }, () => 0);
    let pulledAfter = 0;
    const started = Date.now();
    const seconds = (): number => (Date.now() - started) / 1000;
    const pullers = byPuller.map((_, i) => {
      const { puller, close } = startPuller(world, { client }, `pull-${i}`);
      const onRound = ({ acquired }: PulledRound): void => {
        byPuller[i]! += acquired;
        if (acquired > 0) pulledAfter = seconds();
      };
      return runPuller(puller, { once: false, interval: 1, signal: end.signal, onRound }).finally(close);
    });
    const isFinal = ({ tm_transfer_state: state }: { tm_transfer_state: number }): boolean =>
      [transferNumber('DONE'), transferNumber('FAILED'), transferNumber('KILLED')].includes(state);
    try {
      await until(() => books.acquisitions.length >= options.rows, signal);
      await until(() => [...books.transfers.values()].every(isFinal), signal);
    } finally {
      end.abort();
      await Promise.all(pullers);
    }
    const backAfter = seconds();
    for (const task of tasks) await closeTask(client, task);
    const taken = books.acquisitions.length;
    const requests: Record<string, number> = { 'all GET and POST': Object.values(world.crab.server.counts).reduce((a, b) => a + b, 0) }; // prettier-ignore
    for (const { subresource } of books.transfersCalls) requests[subresource] = (requests[subresource] ?? 0) + 1;
    return {
      ...{ rows: books.transfers.size, pullers: options.pullers, taken, pulledAfter, backAfter, byPuller, requests },
      takenTwice: taken - new Set(books.acquisitions.map(({ id }) => id)).size,
      done: [...books.transfers.values()].filter((row) => row.tm_transfer_state === transferNumber('DONE')).length,
    };
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report('pull', "CRAB's queue worked by several pullers", options);
  const figures = await pullAll(ending);
  const { rows, taken, done, pulledAfter, backAfter, byPuller, requests } = figures;
  report.table(
    ['rows', 'by puller', 'all pulled after', 'all final states back after', 'rows/s'],
    [[rows, byPuller.join(' + '), `${pulledAfter.toFixed(1)} s`, `${backAfter.toFixed(1)} s`, (rows / backAfter).toFixed(0)]], // prettier-ignore
  );
  const perRow = Object.entries(requests).map(([name, count]) => [name, count, (count / rows).toFixed(3)]);
  report.table(['requests to CRAB', 'count', 'per row'], perRow);
  report.plot({
    kind: 'bars',
    title: `What ${rows} rows cost CRAB with ${options.pullers} pullers`,
    x: { name: 'subresource', categories: Object.keys(requests) },
    y: { name: 'requests per 1,000 rows' },
    series: [{ name: 'requests', values: Object.values(requests).map((count) => rounded((count / rows) * 1000)) }],
  });
  const bounds: Bound[] = [
    none('rows taken twice', figures.takenTwice),
    none('rows not taken', rows - taken),
    none('rows without their final state', rows - done),
  ];
  return report.conclude(figures, bounds);
}

process.exit(await runUntilInterrupted(measure));
