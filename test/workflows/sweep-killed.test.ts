import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepSources, taskSources } from '../../src/client/index.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** A retention of a second, and what must not be longer. */
const POLICY = {
  ...{ fileTimeout: 1, jobTimeout: 1, stageOutTimeout: 1, ftsMaxTimeInQueue: 1, batchWindow: 0 },
  ...{ cleanupDelay: 0, cleanupDelayMax: 0, cleanupTimeout: 0, sourceRetention: 1 },
};

let world: World;
let rig: Rig;
let worker: WorkerProcess;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world);
});
afterAll(async () => {
  await worker.kill();
  await rig.close();
  await world.close();
});

test('a sweep goes on where its worker was killed: all is removed, and told once', { timeout: 90_000 }, async () => {
  const work = new TestTask(world, rig);
  const reports = await Promise.all(['1', '2', '3'].map((jobId) => work.job({ jobId })));
  work.fault('', { outcome: { fail: 'DESTINATION [1] HTTP 403 : Permission refused' } });
  await work.add(...reports);
  expect(await work.finish()).toMatchObject({ transfer: { FAILED: 3 } });
  const { sources } = await taskSources(rig.client, work.name);
  await rig.stopWorkers();

  worker = await WorkerProcess.start(await simulatedEnvironment(world, rig.server, dirname(world.siteconf), POLICY));
  const faults = world.storage.server.faults;
  faults.add({ method: 'DELETE', path: `${work.mark}.*out0_2`, times: 1, delayMs: 120_000, action: 'drop-before' });
  const sweep = sweepSources(rig.client, work.name, [...new Set(sources.map(({ batch }) => batch))]);
  await expect
    .poll(() => [faults.applied.at(-1), world.storage.deletions().length], { timeout: 20_000 })
    .toEqual([1, 2]);
  await worker.kill();
  await worker.restart();

  const { removed, absent, swept, left } = await sweep;
  expect([removed, absent, swept.length, left]).toEqual([1, 2, 3, []]);
  for (const report of reports) expect(await work.atSource(theFile(report))).toBeNull();
  await expect.poll(async () => (await taskSources(rig.client, work.name)).sources).toEqual([]);
});
