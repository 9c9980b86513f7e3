import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { taskWaits } from '../../src/client/index.ts';
import type { SimulatedPki } from '../../src/simulators/pki/simulated-pki.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const USERS = ['alice', 'bob', 'carol', 'dave', 'erin'];
const HOUR_S = 3600;

let world: World;
let rig: Rig;
let pki: SimulatedPki;
beforeAll(async () => {
  // The service itself asks CRAB.
  world = await startWorld({}, { tls: { users: [...USERS, '_service'] } });
  pki = world.pki as SimulatedPki;
  rig = await startRig(world);
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

const waitsOf = (task: TestTask) => taskWaits(rig.client, task.name);

test('files are copied, looked at, removed and published as their owner', async () => {
  const task = new TestTask(world, rig, 'alice');
  const report = await task.job({ outputs: 2 });
  await task.add(report);
  expect(await task.finish()).toMatchObject({ transfer: { DONE: 2 }, publication: { DONE: 2 } });
  expect(task.ftsJobs().map(({ userDn }) => userDn)).toEqual([pki.dnOf('alice')]);
  expect(await Promise.all(report.files.map((file) => task.atSource(file)))).toEqual([null, null]);
});

test('files of an expired proxy wait, say for whose and since when, and go on with a fresh one', async () => {
  await pki.renewProxy('bob', -HOUR_S);
  const task = new TestTask(world, rig, 'bob');
  await task.add(await task.job());
  await expect.poll(() => waitsOf(task)).toMatchObject([{ type: 'CredentialUnavailable' }]);
  const [wait] = await waitsOf(task);
  expect(wait?.reason).toContain('no credential of bob: expired');
  expect(Date.now() - (wait?.since?.getTime() ?? 0)).toBeGreaterThan((HOUR_S - 60) * 1000);
  expect(task.ftsJobs()).toEqual([]);
  await pki.renewProxy('bob');
  expect(await task.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(await waitsOf(task)).toEqual([]);
});

test('a user without a credential waits, and nobody else does', async () => {
  await rm(join(pki.credentials, 'carol'), { recursive: true });
  const [waiting, other] = [new TestTask(world, rig, 'carol'), new TestTask(world, rig, 'alice')];
  await waiting.add(await waiting.job());
  await expect.poll(() => waitsOf(waiting)).toMatchObject([{ type: 'CredentialUnavailable' }]);
  expect((await waitsOf(waiting))[0]?.since).toBeInstanceOf(Date);
  await other.add(await other.job());
  expect(await other.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(await waiting.transfer()).toEqual({ NEW: 1 });
  await pki.renewProxy('carol');
  expect(await waiting.finish()).toMatchObject({ transfer: { DONE: 1 } });
});

test('a proxy that expires while its copies run fails none of them', async () => {
  const task = new TestTask(world, rig, 'dave');
  const end = Promise.withResolvers<void>();
  task.fault('', { outcome: { until: end.promise } });
  const report = await task.job();
  await task.add(report);
  await expect.poll(() => task.copyStates()).toEqual(['ACTIVE']);
  await pki.renewProxy('dave', -1);
  end.resolve();
  await expect.poll(() => task.copyStates()).toEqual(['FINISHED']);
  await expect.poll(() => waitsOf(task)).toMatchObject([{ type: 'CredentialUnavailable' }]);
  expect(await task.transfer()).toEqual({ SUBMITTED: 1 });
  await pki.renewProxy('dave');
  expect(await task.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(task.ftsJobs()).toHaveLength(1);
  expect(await task.atSource(theFile(report))).toBeNull();
});

test('a kill without a credential stays KILL and reaches FTS with a fresh one', async () => {
  const task = new TestTask(world, rig, 'erin');
  task.fault('', { outcome: 'hang' });
  await task.add(await task.job());
  await expect.poll(() => task.copyStates()).toEqual(['ACTIVE']);
  await pki.renewProxy('erin', -1);
  await task.cancel();
  await task.close();
  await expect.poll(() => waitsOf(task)).toMatchObject([{ type: 'CredentialUnavailable' }]);
  expect(await task.status()).toMatchObject({ transfer: { KILL: 1 }, complete: false });
  expect(task.deletions()).toEqual([]);
  await pki.renewProxy('erin');
  expect(await task.result()).toMatchObject({ transfer: { KILLED: 1 } });
  expect(task.copyStates()).toEqual(['CANCELED']);
});
