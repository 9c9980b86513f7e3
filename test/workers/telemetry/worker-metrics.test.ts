import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulatedEnvironment } from '../../../src/demo/environment.ts';
import { startOwnedProcess, type OwnedProcess } from '../../../src/workers/child-process.ts';
import { METRICS } from '../../../src/contract/metrics.ts';
import { freePort } from '../../support/free-port.ts';
import { FAST, startRig, type Rig } from '../../support/rig.ts';
import { scrape, valueOf, type Sample } from '../../support/scrape.ts';
import { TestTask } from '../../support/test-task.ts';
import { startWorld, type World } from '../../support/world.ts';

const LINK = { source: 'T2_IT_Pisa', destination: 'T2_CH_CERN' };
const CURL = 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts';

let world: World;
let rig: Rig;
let folder: string;
let worker: OwnedProcess;
let metricsUrl: string;
let log = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aso-metrics-'));
  world = await startWorld();
  rig = await startRig(world);
  await rig.stopWorkers();
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${metricsAddress}/metrics`;
  const env = {
    ...(await simulatedEnvironment(world, rig.server, folder, FAST)),
    ...{ ASO_LOG_FORMAT: 'json', ASO_METRICS_ADDRESS: metricsAddress },
  };
  worker = await startOwnedProcess(process.execPath, ['src/cli/main.ts', 'worker'], { env });
  worker.child.stderr?.on('data', (text: string) => (log += text));
});
afterAll(async () => {
  await worker.stop();
  await rig.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

interface Line {
  event?: string;
  task?: string;
  batch?: number;
  ftsJob?: string;
  files?: string[];
  class?: string;
  reason?: string;
}

/** Lines of the log about a task. */
const linesOf = (task: string): Line[] =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.task === task);

test('a worker serves the figures of what it did, and logs a line for each event', async () => {
  const task = new TestTask(world, rig);
  // The first copy of one file breaks; another file is of an unknown site and never taken.
  task.fault('out1', { times: 1, outcome: { fail: CURL } });
  const job = await task.job({ outputs: 3 });
  const bad = await task.job({ jobId: '2' });
  for (const file of bad.files) file.source = 'Pisa; DROP TABLE sites';
  await task.add(job, bad);
  expect(await task.finish()).toMatchObject({ transfer: { DONE: 3, REJECTED: 1 }, publication: { DONE: 3 } });

  const size = job.files.reduce((sum, file) => sum + file.size, 0);
  const samples = await scrape(metricsUrl);
  const of = (name: string, labels: Record<string, string> = {}): number => valueOf(samples, name, labels);
  expect(of('aso_files_reported_total', { outcome: 'accepted' })).toBe(3);
  expect(of('aso_files_rejected_total', { rule: 'site-name' })).toBe(1);
  expect(of('aso_files_total', { state: 'SUBMITTED', ...LINK })).toBe(4);
  expect(of('aso_files_total', { state: 'RETRY', ...LINK })).toBe(1);
  expect(of('aso_files_total', { state: 'DONE', ...LINK })).toBe(3);
  expect(of('aso_bytes_total', LINK)).toBe(size);
  expect(of('aso_failures_total', { class: 'transient', ...LINK })).toBe(1);
  for (const stage of ['reported_submitted', 'submitted_done', 'done_published', 'done_cleaned'])
    expect([stage, of('aso_stage_seconds_count', { stage, destination: LINK.destination })]).toEqual([stage, 3]);
  // None took an hour, and the time of a stage is never nothing at all.
  expect(of('aso_stage_seconds_bucket', { stage: 'submitted_done', le: '3600' })).toBe(3);
  expect(of('aso_stage_seconds_sum', { stage: 'submitted_done' })).toBeGreaterThan(0);
  expect(of('aso_publications_total', { state: 'DONE', destination: LINK.destination })).toBe(3);
  expect(of('aso_sources_total', { outcome: 'removed', source: LINK.source })).toBe(3);
  expect(of('aso_blocks_total', { outcome: 'published' })).toBe(world.dbs.books.blocks().length);
  expect(of('aso_requests_total', { service: 'fts', operation: 'submit', outcome: '2xx' })).toBe(task.ftsJobs().length);
  expect(of('aso_requests_total', { service: 'dbs', operation: 'bulkblocks', outcome: '2xx' })).toBeGreaterThan(0);
  expect(of('aso_requests_total', { service: 'crab', operation: 'filemetadata', outcome: '2xx' })).toBeGreaterThan(0);
  expect(of('aso_requests_total', { service: 'storage', operation: 'DELETE', outcome: '2xx' })).toBe(3);
  expect(of('aso_request_seconds_count', { service: 'fts', operation: 'submit' })).toBe(task.ftsJobs().length);
  expect(of('aso_history_bytes_count', { workflow: 'transferBatch' })).toBeGreaterThan(0);

  const lines = linesOf(task.name);
  const [first, second] = task.ftsJobs().map(({ jobId }) => jobId);
  const [, broken] = job.files;
  expect(lines.find(({ event }) => event === 'retry')).toMatchObject({
    ...{ batch: 1, ftsJob: first, class: 'transient', reason: CURL, files: [broken?.id] },
  });
  expect(lines.filter(({ event }) => event === 'submitted').map(({ ftsJob }) => ftsJob)).toEqual([first, second]);
  const done = lines.filter(({ event }) => event === 'done').flatMap(({ files = [] }) => files);
  expect(done.sort()).toEqual(job.files.map(({ id }) => id).sort());
  expect(lines.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['reported', 'block', 'published', 'cleaned']),
  );
});

test('queues, open workflows and credentials are looked at from time to time', async () => {
  let samples: Sample[] = [];
  const polled = (queue: string): number => valueOf(samples, 'aso_queue_pollers', { queue, kind: 'activity' });
  await expect
    .poll(
      async () => {
        samples = await scrape(metricsUrl);
        return ['aso-fts', 'aso-fts-follow', 'aso-catalog', 'aso-storage', 'aso-crab'].every((queue) => polled(queue));
      },
      { timeout: 25_000 },
    )
    .toBe(true);
  const names = new Set(samples.map(({ name }) => name));
  for (const name of ['aso_queue_backlog', 'aso_queue_backlog_age_seconds', 'aso_open_workflows', 'aso_credentials'])
    expect(names).toContain(name);
});

test('metrics of ours are those of the catalogue, with its labels', async () => {
  const ours = (await scrape(metricsUrl)).filter(({ name }) => name.startsWith('aso_'));
  for (const { name, labels } of ours) {
    const metric = METRICS[name.replace(/_(bucket|sum|count)$/, '') as keyof typeof METRICS];
    expect(metric, name).toBeDefined();
    const given = Object.keys(labels).filter((label) => label !== 'le');
    expect([name, given.sort()]).toEqual([name, [...metric.labels].sort()]);
  }
});
