import { expect, test } from 'vitest';
import { taskWaits } from '../../src/client/index.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

test('a task that FTS keeps waiting says so, and no longer when FTS is back', async () => {
  const task = new TestTask(world, rig);
  world.fts.server.faults.outage(60_000);
  await task.add(await task.job());
  await expect.poll(() => taskWaits(rig.client, task.name)).toMatchObject([{ type: 'FtsUnavailable', activities: 1 }]);
  const [wait] = await taskWaits(rig.client, task.name);
  expect(wait?.reason).toContain('/whoami');
  world.fts.server.faults.outage(0);
  expect(await task.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(await taskWaits(rig.client, task.name)).toEqual([]);
});
