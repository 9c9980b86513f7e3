import { expect, test } from 'vitest';
import { transferBatchId } from '../../src/contract/ids.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

/** Seconds until the first look: far longer than the test may take. */
const FIRST_LOOK = 600;

const { world, rig } = await useRig({ policy: { followFirst: FIRST_LOOK, followMax: FIRST_LOOK } });

test('a follower that is reset looks at its FTS job at once', async () => {
  const work = new TestTask(world, rig);
  await work.add(await work.job());
  const batch = transferBatchId(work.name, 1);
  // It has not looked yet, and waits for its first time.
  await expect.poll(() => work.copyStates()).toEqual(['FINISHED']);
  const attempts = async (): Promise<number[]> => {
    const { raw } = await rig.client.workflow.getHandle(batch).describe();
    return (raw.pendingActivities ?? []).map(({ attempt }) => attempt ?? 0);
  };
  await expect.poll(attempts).toEqual([2]);
  expect(await work.transfer()).toEqual({ SUBMITTED: 1 });
  await rig.client.workflowService.resetActivity({
    namespace: rig.server.namespace,
    execution: { workflowId: batch },
    type: 'followFtsJob',
    identity: 'test',
  });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
});
