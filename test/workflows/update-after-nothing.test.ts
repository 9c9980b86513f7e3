import { expect, test } from 'vitest';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

/** Workers keep no workflow, so that each workflow task is begun by one that knows nothing, as after a restart. */
const { world, rig } = await useRig({ settings: { ASO_WORKER_CACHED_WORKFLOWS: '0' } });

test('what an update begins right behind a workflow task that did nothing is read alike by every worker', async () => {
  const work = new TestTask(world, rig);
  await work.add(await work.job());
  // The batch has told so, about which there was nothing to do: the block fills for hours.
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
});
