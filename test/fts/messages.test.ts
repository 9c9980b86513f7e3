import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { transferBatchId } from '../../src/contract/ids.ts';
import type { FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import { StompBroker } from '../../src/simulators/stomp/broker.ts';
import { listenToFts } from '../../src/workers/fts-listener.ts';
import { freePort } from '../support/free-port.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const TOPIC = '/topic/transfer.fts_monitoring_complete';
/** Seconds between two looks: nothing but a message brings one within a test. */
const NEVER = 600;

/** A task of one file, whose copy ends when the test says so. */
async function copying(world: World, rig: Rig): Promise<{ work: TestTask; job: FtsJobRecord; end: () => void }> {
  const work = new TestTask(world, rig);
  const { promise, resolve } = Promise.withResolvers<void>();
  work.fault('', { outcome: { until: promise } });
  await work.add(await work.job({ publish: false }));
  await expect.poll(() => work.copyStates(), { timeout: 20_000 }).toEqual(['ACTIVE']);
  return { work, job: work.ftsJobs()[0]!, end: resolve };
}

const historyOf = async (rig: Rig, work: TestTask): Promise<number> =>
  (await rig.client.workflow.getHandle(transferBatchId(work.name, 1)).fetchHistory()).events?.length ?? 0;

/** A message of FTS that a copy of the job has ended. */
const message = (job: FtsJobRecord, changes: object = {}): string =>
  `${JSON.stringify({ job_id: job.jobId, t_final_transfer_state: 'Ok', job_metadata: job.metadata, ...changes })} `;

describe('followers that look by themselves only after ten minutes', () => {
  let world: World;
  let broker: StompBroker;
  let rig: Rig;
  beforeAll(async () => {
    world = await startWorld({}, { broker: {} });
    broker = world.broker!;
    rig = await startRig(world, {
      policy: { followFirst: NEVER, followMax: NEVER },
      settings: settings(),
    });
    await listened();
  });
  afterAll(async () => {
    await rig?.close();
    await world?.close();
  });
  const listened = (times = 1): Promise<void> =>
    vi.waitFor(() => expect(broker.subscriptions(TOPIC)).toBe(times), { timeout: 15_000, interval: 30 });
  const settings = (): Record<`ASO_${string}`, string> => ({
    ASO_FTS_EVENTS_BROKERS: broker.url,
    ASO_FTS_EVENTS_DELAY: '0.1',
    ASO_FTS_EVENTS_INTERVAL: '0.3',
  });
  const looks = (): number => world.fts.looks.requests;

  test('FTS tells that a copy has ended: its file is DONE within seconds', async () => {
    const { work, end } = await copying(world, rig);
    const before = Date.now();
    end();
    await expect.poll(() => work.transfer(), { timeout: 20_000 }).toEqual({ DONE: 1 });
    console.log(`Messages: DONE ${Date.now() - before} ms after the end of the copy, looks every ${NEVER} s`);
    await work.finish();
  });

  test('the same message many times: few looks, and not one event in the history', async () => {
    const { work, job, end } = await copying(world, rig);
    await expect.poll(() => historyOf(rig, work)).toBeGreaterThan(10);
    const [events, before] = [await historyOf(rig, work), looks()];
    for (let n = 0; n < 500; n += 1) broker.publish(TOPIC, message(job));
    await expect.poll(looks, { timeout: 10_000 }).toBe(before + 1);
    for (let n = 0; n < 500; n += 1) broker.publish(TOPIC, message(job));
    await expect.poll(looks, { timeout: 10_000 }).toBe(before + 2);
    expect(await historyOf(rig, work)).toBe(events);
    end();
    await work.finish();
    expect(work.ftsJobs()).toHaveLength(1);
  });

  test('malformed and foreign messages, and those about what does not exist, change nothing', async () => {
    const { work, job, end } = await copying(world, rig);
    const metadata = job.metadata;
    const other = (changes: object): string => message(job, { job_metadata: { ...metadata, ...changes } });
    const before = looks();
    for (const body of [
      '',
      'ASO',
      '{"job_metadata": ',
      '[]',
      `"${'ASO '.repeat(100_000)}"`,
      message(job, { job_metadata: 'ASO' }),
      message(job, { file_state: 'ACTIVE' }),
      other({ issuer: 'rucio' }),
      other({ batch: '1' }),
      other({ batch: -1 }),
      other({ batch: 77 }),
      other({ task: 'no task' }),
      other({ task: '261122_000000:nobody_crab_such' }),
    ])
      broker.publish(TOPIC, body);
    // What comes last has been read last, and is the one that counts.
    broker.publish(TOPIC, message(job, { job_metadata: JSON.stringify(metadata) }));
    await expect.poll(looks, { timeout: 10_000 }).toBe(before + 1);
    end();
    await work.finish();
  });

  test('a message about a batch that has ended does no harm', async () => {
    const { work, job, end } = await copying(world, rig);
    end();
    await work.finish();
    const before = looks();
    broker.publish(TOPIC, message(job));
    const next = await copying(world, rig);
    next.end();
    await next.work.finish();
    expect(world.fts.deletions()).toEqual([]);
    expect(looks() - before).toBeLessThanOrEqual(3);
  });

  test('several workers hear the same message: no more than a look each, and nothing else', async () => {
    const { work, job, end } = await copying(world, rig);
    await expect.poll(() => historyOf(rig, work)).toBeGreaterThan(10);
    const config = loadConfig(settings());
    const others = [1, 2, 3].map(() => listenToFts(config, rig.client, () => undefined));
    await listened(4);
    const [events, before] = [await historyOf(rig, work), looks()];
    broker.publish(TOPIC, message(job));
    await expect.poll(looks, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(await historyOf(rig, work)).toBe(events);
    end();
    await expect.poll(() => work.transfer(), { timeout: 20_000 }).toEqual({ DONE: 1 });
    console.log(`Messages: ${looks() - before} looks for 2 nudges by each of 4 workers`);
    expect(looks() - before).toBeLessThanOrEqual(8);
    await Promise.all(others.map((other) => other.close()));
    await work.finish();
    expect(work.ftsJobs()).toHaveLength(1);
  });

  test('a copy ends while FTS is being asked: the look is not lost, and another one follows', async () => {
    const { work, job, end } = await copying(world, rig);
    const slow = world.fts.server.faults.add({ method: 'GET', path: `/jobs/${job.jobId}`, stallMs: 3_000, times: 1 });
    broker.publish(TOPIC, message(job));
    await expect.poll(() => slow.used, { timeout: 10_000 }).toBe(1);
    const before = Date.now();
    end();
    await expect.poll(() => work.transfer(), { timeout: 20_000 }).toEqual({ DONE: 1 });
    // A follower that was reset in the midst of a look is given up after its heartbeat time-out, 30 s.
    expect(Date.now() - before).toBeLessThan(10_000);
    await work.finish();
  });

  test('the broker goes away and comes back: it is listened to again', async () => {
    const lost = await copying(world, rig);
    await broker.restart(async () => {
      lost.end();
      await expect.poll(() => lost.work.copyStates(), { timeout: 10_000 }).toEqual(['FINISHED']);
    });
    await listened();
    // Its messages were lost. Any later one about the job makes up for them.
    expect(await lost.work.transfer()).toEqual({ SUBMITTED: 1 });
    broker.publish(TOPIC, message(lost.job));
    await lost.work.finish();
    const next = await copying(world, rig);
    next.end();
    await next.work.finish();
  });
});

test('a broker that is down from the start changes nothing, and is listened to once it is there', async () => {
  const port = await freePort();
  const world = await startWorld();
  const rig = await startRig(world, { settings: { ASO_FTS_EVENTS_BROKERS: `stomp://127.0.0.1:${port}` } });
  const work = new TestTask(world, rig);
  await work.add(await work.job({ publish: false }));
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  const broker = await StompBroker.start({ port });
  await expect.poll(() => broker.subscriptions(TOPIC), { timeout: 30_000 }).toBe(1);
  await rig.close();
  await broker.close();
  await world.close();
});
