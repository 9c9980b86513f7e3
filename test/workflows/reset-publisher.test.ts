import { expect, test } from 'vitest';
import { resetRun } from '../../src/chaos/reset-run.ts';
import { publishDatasetId } from '../../src/contract/ids.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { datasetOf } from '../support/world.ts';

/** Blocks fill for so long that a file is asked back before its block is sent once more. */
const { world, rig } = await useRig({ policy: { blockTimeout: 3 } });

/** Resets the publisher of a task to its first decision. */
async function resetToBegin(task: string): Promise<void> {
  const handle = rig.client.workflow.getHandle(publishDatasetId(task, datasetOf(task)));
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await resetRun(rig.client, handle.workflowId, runId, Number(first?.eventId));
}

test('a publisher that is reset does not give back what may be in DBS already: the bytes that DBS has stay', async () => {
  const work = new TestTask(world, rig);
  const older = await work.job();
  const bytes = await work.atSource(theFile(older));
  // DBS takes the block, and nobody hears of it in time.
  world.dbs.server.faults.add({ path: 'bulkblocks', containing: work.mark, times: 1, stallMs: 4_000 });
  await work.add(older);
  await expect.poll(() => work.published(), { timeout: 10_000 }).toHaveLength(1);
  await resetToBegin(work.name);
  await work.add(await work.job({ retry: 1, salt: 'again' }));
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { REJECTED: 1 } });
  expect(await work.arrived(theFile(older))).toBe(bytes);
  const { destinationLfn, size, adler32 } = theFile(older);
  const inDbs = world.dbs.books.files().filter(({ lfn }) => lfn === destinationLfn);
  expect(inDbs).toMatchObject([{ size, adler32 }]);
  expect(work.copies()).toHaveLength(1);
});
