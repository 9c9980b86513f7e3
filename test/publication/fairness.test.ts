import { expect, test } from 'vitest';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { datasetOf } from '../support/world.ts';

/** Datasets of the slow task: more than a worker has places for blocks. */
const DATASETS = 12;
/** Seconds that DBS takes for each of them, longer than anything else here. */
const SLOW = 20;

const { world, rig } = await useRig();

test('a task whose blocks take DBS long delays neither the publication of another one nor its transfers', async () => {
  const slow = new TestTask(world, rig, 'alice');
  const ofSlow = new RegExp(slow.mark);
  world.dbs.insertFaults.delay(SLOW * 1000, ofSlow);
  const inserts = world.dbs.server.faults.add({
    path: 'bulkblocks',
    containing: slow.mark,
    times: 0,
    action: 'answer',
  });
  for (let n = 1; n <= DATASETS; n++) {
    const dataset = datasetOf(slow.name).replace('/USER', `x${n}/USER`);
    await slow.add(await slow.job({ jobId: String(n), dataset }));
  }
  await slow.close();
  // As many as one user gets of the places.
  await expect.poll(() => inserts.seen, { timeout: 20_000 }).toBe(4);

  const other = new TestTask(world, rig, 'bob');
  const report = await other.job();
  await other.add(report);
  const begin = performance.now();
  expect(await other.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(other.published()).toEqual([theFile(report).destinationLfn]);
  expect((performance.now() - begin) / 1000).toBeLessThan(SLOW / 2);
  expect(slow.published()).toEqual([]);

  // What is on its way ends in its time, the others at once.
  world.dbs.insertFaults.delay(0, ofSlow);
  expect(await slow.result()).toMatchObject({ publication: { DONE: DATASETS } });
  expect(slow.published()).toHaveLength(DATASETS);
}, 90_000);
