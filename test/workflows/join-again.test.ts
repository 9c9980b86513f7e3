import { expect, test } from 'vitest';
import { startJobOutput } from '../../src/client/index.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

const task = (): TestTask => new TestTask(world, rig);
const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';

test('what a task did in its first life is known in its second: nothing is copied or published again', async () => {
  const work = task();
  const report = await work.job({ outputs: 2, log: true });
  await work.add(report);
  const first = await work.finish();
  const before = { jobs: work.ftsJobs().length, inserts: world.dbs.books.insertRequests };

  expect(await work.add(report)).toEqual({ accepted: 0, known: 3, superseding: 0, rejected: [] });
  expect(await work.status()).toMatchObject({
    files: 3,
    closed: false,
    transfer: { DONE: 3 },
    publication: { DONE: 2 },
  });
  expect(await work.finish()).toEqual(first);
  expect({ jobs: work.ftsJobs().length, inserts: world.dbs.books.insertRequests }).toEqual(before);
});

test('a new run of a failed job is copied and completes its job, which is then published', async () => {
  const work = task();
  work.fault('out1', { times: 1, outcome: { fail: REFUSED } });
  const [report, other] = [await work.job({ outputs: 2 }), await work.job({ jobId: '2' })];
  await work.add(report, other);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 2, FAILED: 1 }, publication: { DONE: 1, FAILED: 2 } });
  const sids = work.ftsJobs().map(({ sid }) => sid);
  const batches = (await work.status()).batches.started;

  const again = await work.job({ outputs: 2, retry: 1, salt: 'again' });
  const bytes = await Promise.all(again.files.map((file) => work.atSource(file)));
  expect(await work.add(again, other)).toMatchObject({ superseding: 2, known: 1 });
  expect(await work.finish()).toMatchObject({ files: 3, transfer: { DONE: 3 }, publication: { DONE: 3 } });
  expect(await Promise.all(again.files.map((file) => work.arrived(file)))).toEqual(bytes);
  expect(work.published()).toEqual([...again.files, theFile(other)].map(({ destinationLfn }) => destinationLfn).sort());
  expect(work.copyStates('out0_2')).toEqual(['FINISHED']);

  const all = work.ftsJobs().map(({ sid }) => sid);
  expect(new Set(all).size).toBe(all.length);
  // The first part is the life of the task, the second the batch.
  const lives = new Set(all.map((sid) => sid?.split('/')[0]));
  expect(lives.size).toBe(2);
  const later = all.filter((sid) => !sids.includes(sid)).map((sid) => Number(sid?.split('/')[1]));
  expect(Math.min(...later)).toBe(batches + 1);
  expect((await work.status()).batches.started).toBeGreaterThan(batches);
});

test('a new job is copied and published, the old ones stay as they were', async () => {
  const work = task();
  const report = await work.job();
  await work.add(report);
  await work.finish();
  const bytes = await work.arrived(theFile(report));

  const another = await work.job({ jobId: '2' });
  expect(await work.add(another)).toMatchObject({ accepted: 1 });
  expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 }, publication: { DONE: 2 } });
  expect(work.copyStates()).toEqual(['FINISHED', 'FINISHED']);
  expect(await work.arrived(theFile(report))).toBe(bytes);
  expect(work.published()).toEqual([theFile(report), theFile(another)].map(({ destinationLfn }) => destinationLfn));
});

test('a new run of what was published in the first life is REJECTED', async () => {
  const work = task();
  const report = await work.job();
  await work.add(report);
  await work.finish();
  const bytes = await work.arrived(theFile(report));
  const again = await work.job({ retry: 1, salt: 'again' });
  expect(await work.add(again)).toMatchObject({ rejected: [{ rule: 'already-published' }] });
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { REJECTED: 1 } });
  // It stays so in a third life.
  expect(await work.add(again, report)).toMatchObject({ known: 2 });
  expect(await work.add(await work.job({ retry: 2, salt: 'once more' }))).toMatchObject({
    rejected: [{ rule: 'already-published' }],
  });
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { REJECTED: 1 } });
  expect(await work.arrived(theFile(report))).toBe(bytes);
  expect(work.copyStates()).toEqual(['FINISHED']);
});

test('a killed job that runs again in the second life is copied', async () => {
  const work = task();
  work.fault('', { times: 1, outcome: 'hang' });
  await work.add(await work.job());
  await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
  await work.cancel();
  expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 } });
  const again = await work.job({ retry: 1, salt: 'again' });
  const bytes = await work.atSource(theFile(again));
  expect(await work.add(again)).toMatchObject({ superseding: 1 });
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(await work.arrived(theFile(again))).toBe(bytes);
});

test('a job that is asked for again after its end answers at once, in the same life and in the next', async () => {
  const work = task();
  work.fault('out1', { outcome: { fail: REFUSED } });
  const report = await work.job({ outputs: 2, publish: false });
  const wait = async () => (await startJobOutput(rig.client, work.name, report)).result();
  const states = (outcome: Awaited<ReturnType<typeof wait>>) =>
    outcome.files.map(({ transfer, code }) => ({ transfer, code }));
  const first = await wait();
  expect(states(first)).toEqual([
    { transfer: 'DONE', code: null },
    { transfer: 'FAILED', code: 60322 },
  ]);
  expect(await wait()).toEqual(first);
  await work.finish();
  expect(states(await wait())).toEqual(states(first));
  expect(work.copyStates()).toHaveLength(2);
  await work.finish();
});
