import { describe, expect, test } from 'vitest';
import type { JobReport } from '../../src/domain/file.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import type { MakeJob } from '../support/world.ts';

const { world, rig } = await useRig({ policy: { batchWindow: 0.5, blockTimeout: 2 } }, { activePerLink: 2 });

const task = (): TestTask => new TestTask(world, rig);
const RESET = 'TRANSFER [104] Connection reset by peer';
const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';

interface Rerun {
  report: JobReport;
  bytes: string | null;
}

/** The job run once more: other bytes at the same source. Answers with the report and the bytes. */
async function rerun(work: TestTask, retry = 1, options: Partial<MakeJob> = {}): Promise<Rerun> {
  const report = await work.job({ retry, salt: `run ${retry}`, ...options });
  return { report, bytes: await work.atSource(theFile(report)) };
}

/** The bytes of a re-run, and no others, are at the destination and in DBS; its source is removed. */
async function expectThere(work: TestTask, { report, bytes }: Rerun): Promise<void> {
  const file = theFile(report);
  expect(await work.arrived(file)).toBe(bytes);
  expect(await work.atSource(file)).toBeNull();
  const inDbs = world.dbs.books.files().filter(({ lfn }) => lfn === file.destinationLfn);
  expect(inDbs).toMatchObject([{ size: file.size, adler32: file.adler32 }]);
}

describe('a job run again replaces its files', () => {
  test('in the window: only the new bytes are ever copied', async () => {
    const work = task();
    await work.add(await work.job());
    const again = await rerun(work);
    expect(await work.add(again.report)).toMatchObject({ superseding: 1, accepted: 0 });
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['FINISHED']);
    await expectThere(work, again);
  });

  test('queued in FTS: the old copy is cancelled and never starts', async () => {
    const link = { source: 'T2_US_MIT', destination: 'T2_DE_DESY' };
    const blocker = task();
    blocker.fault('', { outcome: 'hang' });
    await blocker.add(await blocker.job({ ...link, outputs: 2, publish: false }));
    await expect.poll(() => blocker.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE', 'ACTIVE']);
    const work = task();
    await work.add(await work.job(link));
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['SUBMITTED']);
    const again = await rerun(work, 1, link);
    await work.add(again.report);
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['CANCELED', 'SUBMITTED']);
    await blocker.cancel();
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
    expect(work.copies()[0]?.attempts).toEqual([]);
    await expectThere(work, again);
    await blocker.finish();
  });

  test('being copied: the old copy is stopped, and has ended before the new one starts', async () => {
    const work = task();
    work.fault('', { times: 1, outcome: { slowMs: 20_000 } });
    await work.add(await work.job());
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
    const again = await rerun(work);
    await work.add(again.report);
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    const [old, copy] = work.copies();
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
    expect(copy!.attempts[0]!.startedAt).toBeGreaterThan(old!.attempts[0]!.endedAt!);
    await expectThere(work, again);
  });

  test('being copied among others: the old copy ends by itself, the new one lands after it', async () => {
    const work = task();
    work.fault('out0_1', { times: 1, outcome: { slowMs: 2500 } });
    work.fault('out0_2', { times: 1, outcome: { slowMs: 4000 } });
    const other = await work.job({ jobId: '2' });
    await work.add(await work.job(), other);
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE', 'ACTIVE']);
    const again = await rerun(work);
    await work.add(again.report);
    expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 }, publication: { DONE: 2 } });
    const [old, copy] = work.copies('out0_1');
    expect(copy!.attempts[0]!.startedAt).toBeGreaterThan(old!.attempts[0]!.endedAt!);
    expect(work.copyStates('out0_2')).toEqual(['FINISHED']);
    await expectThere(work, again);
    await expectThere(work, { report: other, bytes: await work.arrived(theFile(other)) });
  });

  test('cancelled alone while it was being copied: the new copy lands after the old one', async () => {
    const work = task();
    work.fault('out0_1', { times: 1, outcome: { slowMs: 2000 } });
    work.fault('out0_2', { times: 1, outcome: { slowMs: 6000 } });
    await work.add(await work.job(), await work.job({ jobId: '2' }));
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE', 'ACTIVE']);
    await work.cancel({ jobs: ['1'] });
    await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ SUBMITTED: 1, KILLED: 1 });
    const again = await rerun(work);
    await work.add(again.report);
    expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 }, publication: { DONE: 2 } });
    const [old, copy] = work.copies('out0_1');
    expect(copy!.attempts[0]!.startedAt).toBeGreaterThan(old!.attempts[0]!.endedAt!);
    await expectThere(work, again);
  });

  test('waiting for its next attempt, or failed: the new bytes are copied', async () => {
    for (const reason of [RESET, REFUSED]) {
      const work = task();
      work.fault('', { times: 1, outcome: { fail: reason } });
      await work.add(await work.job());
      await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['FAILED']);
      const again = await rerun(work);
      await work.add(again.report);
      expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
      await expectThere(work, again);
    }
  });

  test('twice in quick succession: the newest bytes win', async () => {
    const work = task();
    work.fault('', { times: 1, outcome: 'hang' });
    await work.add(await work.job());
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
    await work.add((await rerun(work, 1)).report);
    const again = await rerun(work, 2);
    expect(await work.add(again.report)).toMatchObject({ superseding: 1 });
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
    await expectThere(work, again);
  });

  test('while its source is being removed: the new source is left alone', async () => {
    const work = task();
    // FTS looks at the source first, then we do before we remove it.
    world.storage.server.faults.add({
      ...{ method: 'HEAD', path: `T2_IT_Pisa.*${work.mark}` },
      ...{ skip: 1, times: 1, delayMs: 1500 },
    });
    await work.add(await work.job({ publish: false }));
    await expect.poll(() => world.storage.server.faults.applied.at(-1), { timeout: 5000 }).toBe(1);
    const again = await rerun(work);
    expect(await work.add(again.report)).toMatchObject({ superseding: 1 });
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    await expectThere(work, again);
  });

  test('DONE and not published: the new bytes take the place of the old ones', async () => {
    const work = task();
    await work.add(await work.job({ publish: false }));
    await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ DONE: 1 });
    const again = await rerun(work);
    await work.add(again.report);
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    await expectThere(work, again);
  });
});

describe('what is in DBS is not replaced', () => {
  test('a file published before is REJECTED when its job runs again', async () => {
    const work = task();
    const report = await work.job();
    await work.add(report);
    await expect.poll(() => work.published(), { timeout: 8000 }).toHaveLength(1);
    await expect.poll(async () => (await work.status()).publication, { timeout: 5000 }).toEqual({ DONE: 1 });
    const before = { bytes: await work.arrived(theFile(report)), books: world.dbs.books.files() };
    const again = await rerun(work);
    const { id } = theFile(again.report);
    expect(await work.add(again.report)).toMatchObject({ rejected: [{ jobId: '1', id, rule: 'already-published' }] });
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { REJECTED: 1 }, publication: { FAILED: 1 } });
    expect(await work.arrived(theFile(report))).toBe(before.bytes);
    expect(world.dbs.books.files()).toEqual(before.books);
    expect(await work.atSource(theFile(again.report))).toBe(again.bytes);
    expect(work.copyStates()).toEqual(['FINISHED']);
  });

  test('nor is one that is on its way into DBS', async () => {
    const work = task();
    world.dbs.server.faults.add({ method: 'POST', path: 'bulkblocks', times: 1, delayMs: 1500 });
    const report = await work.job();
    await work.add(report);
    await expect.poll(() => world.dbs.server.faults.applied.at(-1), { timeout: 8000 }).toBe(1);
    const bytes = await work.arrived(theFile(report));
    const again = await rerun(work);
    expect(await work.add(again.report)).toMatchObject({ superseding: 1 });
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { REJECTED: 1 } });
    expect((await work.status()).rejections).toEqual([{ rule: 'already-published', files: 1 }]);
    expect(await work.arrived(theFile(report))).toBe(bytes);
    expect(work.published()).toEqual([theFile(report).destinationLfn]);
    expect(await work.atSource(theFile(again.report))).toBe(again.bytes);
  });
});

test('the same report again is known and copies nothing, whatever became of the file', async () => {
  const work = task();
  const report = await work.job();
  await work.add(report);
  expect(await work.add(report)).toMatchObject({ accepted: 0, known: 1, superseding: 0 });
  await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ DONE: 1 });
  expect(await work.add(report)).toMatchObject({ accepted: 0, known: 1, superseding: 0 });
  expect(await work.add({ ...report, retry: 0, files: [{ ...theFile(report), startTime: 1 }] })).toMatchObject({
    known: 1,
  });
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(work.copyStates()).toEqual(['FINISHED']);
});

test('of two jobs with one destination the second is REJECTED, and touches nothing', async () => {
  const work = task();
  const [first, second] = [await work.job(), await work.job({ jobId: '2' })];
  const { destinationLfn } = theFile(first);
  const taken = { ...second, files: [{ ...theFile(second), destinationLfn }] };
  const bytes = await work.atSource(theFile(first));
  expect(await work.add(first, taken)).toMatchObject({
    accepted: 1,
    rejected: [{ jobId: '2', rule: 'destination-taken' }],
  });
  expect(await work.finish()).toMatchObject({
    transfer: { DONE: 1, REJECTED: 1 },
    publication: { DONE: 1, FAILED: 1 },
  });
  expect(await work.arrived(theFile(first))).toBe(bytes);
  expect(await work.atSource(theFile(second))).not.toBeNull();
  expect(work.copyStates()).toEqual(['FINISHED']);
  const { size, adler32 } = theFile(first);
  expect(world.dbs.books.files().filter(({ lfn }) => lfn === destinationLfn)).toMatchObject([{ size, adler32 }]);
});
