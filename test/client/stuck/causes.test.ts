import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findStuck, operate, type StuckGroup, type StuckOptions } from '../../../src/client/index.ts';
import type { SimulatedPki } from '../../../src/simulators/pki/simulated-pki.ts';
import { runAso } from '../../cli/run-aso.ts';
import { startRig, type Rig } from '../../support/rig.ts';
import { TestTask, theFile } from '../../support/test-task.ts';
import { startWorld, type World } from '../../support/world.ts';

/** One for each cause, so that it can be asked for alone. */
const USERS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];
const WHY = { reason: 'a test', by: 'operator' };
const OUTAGE_MS = 120_000;
const SLOW = 120_000;

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld({}, { tls: { users: [...USERS, '_service'] } });
  const settings = { ASO_OPERATIONS_REFRESH: '0.2', ASO_OPERATIONS_REPORT: '0.2' };
  rig = await startRig(world, { settings, policy: { blockTimeout: 0.2 } });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

/** What is stuck of a user's tasks, however short a time. */
const stuckOf = (user: string, options: StuckOptions = {}): Promise<StuckGroup[]> =>
  findStuck(rig.client, { user, graceMs: 0, quietMs: 3_600_000, ...options });

const waitFor = (user: string, options?: StuckOptions) =>
  expect.poll(() => stuckOf(user, options), { timeout: 30_000, interval: 200 });

async function cancelled(...tasks: TestTask[]): Promise<void> {
  for (const task of tasks) {
    await task.cancel();
    await task.finish();
  }
}

test(
  'credential: whose it is and since when',
  async () => {
    await rm(join((world.pki as SimulatedPki).credentials, 'carol'), { recursive: true });
    const task = new TestTask(world, rig, 'carol');
    await task.add(await task.job({ outputs: 2 }));
    await waitFor('carol').toMatchObject([{ cause: 'credential', subject: 'carol', files: 2, users: ['carol'] }]);
    const [found] = await stuckOf('carol');
    expect(found?.what).toBe('no credential of carol that can be used');
    expect(found?.why).toContain('no credential of carol');
    expect(found?.action).toContain('have carol renew');
    expect(found?.since).toBeGreaterThan(Date.now() - 60_000);
    await cancelled(task);
  },
  SLOW,
);

test(
  'closed site: one entry for all tasks, with who closed it and the command that opens it',
  async () => {
    await operate(rig.client, 'closeSite', { site: 'T2_IT_Pisa', direction: 'source', ...WHY });
    const tasks = [new TestTask(world, rig, 'dave'), new TestTask(world, rig, 'dave')];
    for (const task of tasks) await task.add(await task.job({ outputs: 2 }));
    for (const task of tasks) await expect.poll(() => task.transfer()).toEqual({ HELD: 2 });
    await waitFor('dave').toMatchObject([{ cause: 'site-closed', files: 4 }]);
    const [found] = await stuckOf('dave');
    expect(found).toMatchObject({ what: 'site T2_IT_Pisa (source) is closed', users: ['dave'] });
    expect(found?.tasks.toSorted()).toEqual(tasks.map(({ name }) => name).sort());
    expect(found?.why).toContain('by operator: a test');
    expect(found?.action).toBe('aso site open T2_IT_Pisa --as source --reason "…"');
    expect(found?.since).toBeGreaterThan(Date.now() - 60_000);

    const { code, out } = await runAso(['stuck', '--user', 'dave'], {
      env: { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace },
    });
    expect([code, out]).toMatchObject([0, expect.stringContaining('site T2_IT_Pisa (source) is closed: 4 files, 2 tasks, 1 user')]); // prettier-ignore
    await operate(rig.client, 'openSite', { site: 'T2_IT_Pisa', direction: 'source', ...WHY });
    for (const task of tasks) expect(await task.finish()).toMatchObject({ transfer: { DONE: 2 } });
  },
  SLOW,
);

test(
  'breaker',
  async () => {
    await operate(rig.client, 'tripBreaker', { site: 'T2_US_MIT', end: 'source', ...WHY });
    const task = new TestTask(world, rig, 'erin');
    await task.add(await task.job({ source: 'T2_US_MIT' }));
    await waitFor('erin').toMatchObject([{ cause: 'breaker', subject: 'site T2_US_MIT (source)', files: 1 }]);
    const [found] = await stuckOf('erin');
    expect(found?.action).toContain('aso breaker reset --site T2_US_MIT --end source');
    await operate(rig.client, 'resetBreaker', { site: 'T2_US_MIT', end: 'source', ...WHY });
    expect(await task.finish()).toMatchObject({ transfer: { DONE: 1 } });
  },
  SLOW,
);

test(
  'FTS unreachable, and kill unanswered while it is',
  async () => {
    const killed = new TestTask(world, rig, 'judy');
    killed.fault('', { outcome: 'hang' });
    await killed.add(await killed.job());
    await expect.poll(() => killed.copyStates()).toEqual(['ACTIVE']);
    world.fts.server.faults.outage(OUTAGE_MS);
    const task = new TestTask(world, rig, 'frank');
    await task.add(await task.job({ outputs: 3 }));
    await killed.cancel();
    await waitFor('frank').toMatchObject([{ cause: 'fts', subject: world.fts.url, files: 3 }]);
    await expect
      .poll(async () => (await stuckOf('judy')).find(({ cause }) => cause === 'kill-unanswered'), { timeout: 30_000 })
      .toMatchObject({ files: 1, tasks: [killed.name], subject: world.fts.url });
    world.fts.server.faults.outage(0);
    expect(await killed.finish()).toMatchObject({ transfer: { KILLED: 1 } });
    expect(await task.finish()).toMatchObject({ transfer: { DONE: 3 } });
  },
  SLOW,
);

test(
  'catalog down',
  async () => {
    world.dbs.server.faults.outage(OUTAGE_MS);
    const task = new TestTask(world, rig, 'grace');
    await task.add(await task.job({ outputs: 2 }));
    await waitFor('grace').toMatchObject([{ cause: 'catalog', files: 2 }]);
    const [found] = await stuckOf('grace');
    expect(found?.what).toContain(`DBS does not take what is to be published: ${new URL(world.dbs.writerUrl).origin}`);
    world.dbs.server.faults.outage(0);
    expect(await task.finish()).toMatchObject({ publication: { DONE: 2 } });
  },
  SLOW,
);

test(
  'metadata missing: of which files',
  async () => {
    const task = new TestTask(world, rig, 'heidi');
    const report = await task.job();
    const lfn = theFile(report).destinationLfn;
    const [metadata] = [world.crab.books.metadataOf(task.name, lfn)];
    world.crab.books.removeMetadata(task.name, lfn);
    await task.add(report);
    await waitFor('heidi').toMatchObject([{ cause: 'metadata-missing', files: 1 }]);
    const [found] = await stuckOf('heidi');
    expect(found?.why).toContain(lfn);
    expect(found?.action).toContain(`aso retry ${task.name} --what publication`);
    world.crab.books.addMetadata(task.name, metadata as never);
    await task.publish({ now: true });
    expect(await task.finish()).toMatchObject({ publication: { DONE: 1 } });
  },
  SLOW,
);

test(
  'job incomplete: which jobs',
  async () => {
    const task = new TestTask(world, rig, 'ivan');
    task.fault('out1_7', { times: 1, outcome: { fail: 'DESTINATION [13] Permission denied' } });
    await task.add(await task.job({ jobId: '7', outputs: 2 }));
    await waitFor('ivan').toMatchObject([{ cause: 'job-incomplete', subject: task.name }]);
    const [found] = await stuckOf('ivan');
    expect(found?.why).toContain('other files of jobs 7 have failed');
    expect(found?.action).toContain(`aso retry ${task.name}`);
    await task.retry();
    expect(await task.finish()).toMatchObject({ publication: { DONE: 2 } });
  },
  SLOW,
);

test(
  'task never closed; and nobody polls the queues',
  async () => {
    const task = new TestTask(world, rig, 'bob');
    await task.add(await task.job());
    await expect.poll(async () => (await task.status()).publication).toEqual({ DONE: 1 });
    await waitFor('bob').toEqual([]);
    await waitFor('bob', { quietMs: 100 }).toMatchObject([{ cause: 'not-closed', action: `aso close ${task.name}` }]);

    await rig.stopWorkers();
    await waitFor('bob', { staleMs: 500 }).toHaveLength(6);
    const idle = await stuckOf('bob', { staleMs: 500 });
    expect(idle.map(({ cause }) => cause)).toEqual(Array.from({ length: 6 }, () => 'no-poller'));
    expect(idle.find(({ subject }) => subject === 'aso-fts-follow')).toMatchObject({
      what: 'nobody polls task queue aso-fts-follow',
      action: 'start workers: aso worker --role fts-follow',
      tasks: [task.name],
    });
    await rig.restartWorkers();
    await task.finish();
  },
  SLOW,
);
