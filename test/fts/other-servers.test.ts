import { afterEach, beforeEach, expect, test } from 'vitest';
import { transferBatchId } from '../../src/contract/ids.ts';
import type { FtsJobRecord } from '../../src/simulators/fts3/books.ts';
import { startFtsSimulator, type FtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';
import { resetBeforeSubmission, submissionsOf } from './submissions.ts';

/** The default server is the world's; another one may take over. */
let world: World;
let other: FtsSimulator;
let rig: Rig;
let work: TestTask;

beforeEach(async () => {
  world = await startWorld();
  other = await startFtsSimulator({ tickMs: 20, cancelGraceMs: 300 });
  rig = await startRig(world, { settings: { ASO_FTS_ALTERNATIVES: other.url } });
  work = new TestTask(world, rig);
});
afterEach(async () => {
  await rig.close();
  await other.close();
  await world.close();
});

/** Destinations of a server's jobs, which tell copies that were asked for twice. */
const copies = (jobs: readonly FtsJobRecord[]): string[] =>
  jobs.flatMap(({ files }) => files.map(({ destination }) => destination)).sort();

const expectNothingTwice = (): void => {
  const all = [...copies(world.fts.jobs()), ...copies(other.jobs())];
  expect(new Set(all).size).toBe(all.length);
};

/** What Temporal knows of the batch's submission under way; undefined while there is none. */
async function pendingSubmission(): Promise<{ attempt: number } | undefined> {
  const { raw } = await rig.client.workflow.getHandle(transferBatchId(work.name, 1)).describe();
  const found = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'submitFtsJob');
  return found ? { attempt: found.attempt ?? 0 } : undefined;
}

test('a server that is down when a task opens is passed over', async () => {
  void world.fts.server.restart(60_000);
  await work.add(await work.job());
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(other.jobs()).toHaveLength(1);
});

test('files that have not been sent when their server goes down are taken by another one, each once', async () => {
  await work.add(await work.job());
  await expect.poll(() => world.fts.jobs().length).toBe(1);
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  void world.fts.server.restart(60_000);
  await work.add(await work.job({ jobId: '2' }), await work.job({ jobId: '3', source: 'T2_DE_DESY' }));
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 3 } });
  expect([world.fts.jobs().length, other.jobs().length]).toEqual([1, 2]);
  expectNothingTwice();
});

test('a server that goes down after it took a job keeps it, whoever resets what meanwhile', async () => {
  const down = world.fts.server.faults.add({ method: 'POST', path: '^/jobs$', stallMs: 60_000, times: 1 });
  await work.add(await work.job());
  await expect.poll(() => world.fts.jobs().length).toBe(1);
  expect(down.used).toBe(1);
  const back = world.fts.server.restart(6_000);
  await expect.poll(async () => (await pendingSubmission())?.attempt ?? 0).toBeGreaterThan(1);
  // An operator is impatient: the attempt is 1 again.
  await rig.client.workflowService.resetActivity({
    namespace: rig.server.namespace,
    execution: { workflowId: transferBatchId(work.name, 1) },
    type: 'submitFtsJob',
    identity: 'test',
  });
  await expect.poll(async () => (await pendingSubmission())?.attempt ?? 0).toBeGreaterThan(1);
  await resetBeforeSubmission(rig, work.name);
  await expect.poll(async () => (await pendingSubmission())?.attempt ?? 0).toBeGreaterThan(1);
  expect(other.jobs()).toEqual([]);
  await back;
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect([world.fts.jobs().length, other.jobs().length]).toEqual([1, 0]);
});

test('while all servers are down files wait, and no attempt is begun again and again', async () => {
  await work.add(await work.job());
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  void world.fts.server.restart(60_000);
  const back = other.server.restart(5_000);
  await work.add(await work.job({ jobId: '2' }));
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1, HELD: 1 });
  await back;
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 2 } });
  expect(other.jobs()).toHaveLength(1);
  expect(await submissionsOf(rig.client, work.name, 2)).toHaveLength(2);
  expectNothingTwice();
});
