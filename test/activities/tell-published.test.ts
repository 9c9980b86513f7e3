import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskActivities } from '../../src/activities/task-activities.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { destinationKey } from '../../src/domain/ledger/entry.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { policy: { blockTimeout: 0.5 } });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

/** What a publisher says when a block of one file of the first batch is in DBS. */
const tellAgain = (work: TestTask, file: ReturnType<typeof theFile>): Promise<void> =>
  createTaskActivities({
    client: rig.client,
    policy: DEFAULT_POLICY,
    groups: () => Promise.resolve(undefined),
  }).tellPublished({
    task: work.name,
    batches: [{ batch: 1, keys: [destinationKey(file.destination, file.destinationLfn)] }],
    at: Date.now(),
  });

test('what is in DBS may be told twice, to batches that have ended, and to a task that has', async () => {
  const work = new TestTask(world, rig);
  const job = await work.job({ log: false });
  await work.add(job);
  await expect.poll(async () => (await work.status())?.publication).toEqual({ DONE: 1 });
  await tellAgain(work, theFile(job));
  expect(await work.status()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });

  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  await expect(tellAgain(work, theFile(job))).resolves.toBeUndefined();
  expect(work.published()).toEqual([theFile(job).destinationLfn]);
});

test('a task hears of it by the publisher alone, where nobody is left to tell it', async () => {
  const work = new TestTask(world, rig);
  const job = await work.job({ log: false });
  await work.add(job);
  await expect.poll(async () => (await work.status())?.publication).toEqual({ ACQUIRED: 1 });
  await rig.client.workflow.getHandle(`task/${work.name}/b1`).terminate('the batch cannot tell');
  await expect.poll(async () => (await work.status())?.publication).toEqual({ DONE: 1 });
  expect(work.published()).toEqual([theFile(job).destinationLfn]);
});
