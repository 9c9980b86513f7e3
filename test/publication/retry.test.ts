import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAso } from '../cli/run-aso.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  // Metadata that are not there at the first look are given up.
  rig = await startRig(world, { policy: { metadataTimeout: 0 } });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

/** What `aso retry` prints. */
async function retry(task: string, ...options: string[]): Promise<string> {
  const env = { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace };
  const { out, err, code } = await runAso(['retry', task, ...options], { env });
  expect(code, err).toBe(0);
  return out;
}

test('publications that failed are tried again alone, from the command line; no transfer is touched', async () => {
  const work = new TestTask(world, rig);
  const lacking = await work.job({ jobId: '1' });
  const refused = await work.job({ jobId: '2' });
  const lost = await work.job({ jobId: '3' });
  const [lackingLfn, refusedLfn] = [lacking, refused].map((report) => theFile(report).destinationLfn) as [
    string,
    string,
  ];
  const metadata = world.crab.books.metadataOf(work.name, lackingLfn)!;
  world.crab.books.removeMetadata(work.name, lackingLfn);
  world.dbs.server.faults.add({
    ...{ path: 'bulkblocks', containing: refusedLfn, times: 2, action: 'answer', status: 400 },
    body: JSON.stringify([{ error: { code: 310, reason: 'concurrency error', message: 'dbs' } }]),
  });
  work.fault(theFile(lost).sourceLfn.split('/').at(-1)!, {
    outcome: { fail: 'DESTINATION [1] HTTP 403 : Permission refused' },
  });
  await work.add(lacking, refused, lost);
  await expect.poll(() => work.transfer()).toEqual({ DONE: 2, FAILED: 1 });
  await work.publish({ now: true });
  await expect.poll(async () => (await work.status()).publication).toEqual({ FAILED: 3 });
  const arrived = (await work.files()).filter(({ transfer }) => transfer === 'DONE');
  const reasons = arrived.map(({ detail }) => detail?.publicationReason);
  expect(reasons.toSorted()).toEqual(['DBS 310: dbs: concurrency error', 'metadata-missing']);
  expect(work.published()).toEqual([]);
  const copies = work.copies();

  world.crab.books.addMetadata(work.name, metadata);
  expect(await retry(work.name, '--what', 'publication', '--jobs', '2')).toBe('1 file to be tried again\n');
  await work.publish({ now: true });
  await expect.poll(() => work.published()).toEqual([refusedLfn]);
  await expect.poll(async () => (await work.status()).publication).toEqual({ DONE: 1, FAILED: 2 });
  expect(await retry(work.name, '--what', 'publication')).toBe(
    '1 file to be tried again\n1 file left alone: nothing failed\n1 file left alone: its transfer failed\n',
  );
  expect(await work.finish()).toMatchObject({
    transfer: { DONE: 2, FAILED: 1 },
    publication: { DONE: 2, FAILED: 1 },
  });
  expect(work.published()).toEqual([lackingLfn, refusedLfn].sort());
  expect(work.copies()).toEqual(copies);
});
