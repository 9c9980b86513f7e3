import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportJob } from '../../src/client/index.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** Signals that a run takes, instead of Temporal's 10,000, and jobs that are reported all at once. */
const LIMIT = 40;
const JOBS = 120;

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  const settings = { 'history.maximumSignalsPerExecution': LIMIT, 'limit.historyCount.suggestContinueAsNew': LIMIT };
  const serverArgs = Object.entries(settings).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${value}`,
  ]);
  rig = await startRig(world, { serverArgs });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

test('reports that a run has no room for are taken by the next one', async () => {
  const task = new TestTask(world, rig);
  const jobs = await Promise.all(
    Array.from({ length: JOBS }, (_, i) => task.job({ jobId: String(i + 1), publish: false })),
  );
  await Promise.all(jobs.map((job) => reportJob(rig.client, task.name, job)));
  expect(await task.finish()).toMatchObject({ files: JOBS, transfer: { DONE: JOBS } });
});
