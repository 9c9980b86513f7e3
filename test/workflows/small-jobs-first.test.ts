import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** Copies that FTS runs at a time. */
const SLOTS = 2;

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld({ activePerLink: SLOTS });
  rig = await startRig(world);
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

test("a lone job output does not wait in FTS for another task's many files that came before it", async () => {
  const crowd = new TestTask(world, rig);
  const { promise: slotsAreFree, resolve: freeSlots } = Promise.withResolvers<void>();
  // Those of its first job, which FTS begins with.
  crowd.fault('_1\\.root', { outcome: { until: slotsAreFree } });
  crowd.fault('', { outcome: 'hang' });
  const jobs = Array.from({ length: 11 }, (_, at) => crowd.job({ jobId: String(at + 1), outputs: 2, log: false }));
  await crowd.add(...(await Promise.all(jobs)));
  await expect.poll(() => crowd.copyStates().filter((state) => state === 'ACTIVE')).toHaveLength(SLOTS);

  const lone = new TestTask(world, rig);
  await lone.add(await lone.job({ outputs: 2, log: false }));
  await expect.poll(() => lone.copyStates()).toEqual(['SUBMITTED', 'SUBMITTED']);
  freeSlots();
  await expect.poll(() => lone.transfer()).toEqual({ DONE: 2 });
  // All of the crowd but the two that made room.
  await expect.poll(() => crowd.copyStates().filter((state) => state !== 'FINISHED')).toHaveLength(20);
});
