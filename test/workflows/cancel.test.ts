import { describe, expect, test } from 'vitest';
import type { JobReport } from '../../src/domain/file.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig({
  policy: { batchWindow: 0.5, retryDelay: 20, retryDelayMax: 20, blockTimeout: 0.1 },
});

const task = (): TestTask => new TestTask(world, rig);
const RESET = 'TRANSFER [104] Connection reset by peer';
/** Requests that a fault was applied to: the last one added. */
const lastApplied = (server: { faults: { applied: number[] } }): number => server.faults.applied.at(-1) ?? 0;

/** Nothing of the file is at its destination, its source is as it was. */
async function expectUntouched(work: TestTask, report: JobReport, source: string | null): Promise<void> {
  for (const file of report.files) expect(await work.arrived(file)).toBeNull();
  expect(await work.atSource(theFile(report))).toBe(source);
}

/** During a submission: test/fts/exactly-once-events.test.ts. */
describe('a cancel reaches a file wherever it is', () => {
  test('in the window: nothing reaches FTS', async () => {
    const work = task();
    const report = await work.job();
    await work.add(report);
    expect(await work.cancel()).toEqual({ files: 1, ignored: [] });
    expect(await work.transfer()).toEqual({ KILLED: 1 });
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 }, publication: { FAILED: 1 } });
    expect(work.ftsJobs()).toEqual([]);
    expect(await work.atSource(theFile(report))).not.toBeNull();
  });

  test('while its copy runs: DELETE within 15 s, no bytes, the source stays', async () => {
    const work = task();
    work.fault('', { outcome: 'hang' });
    const report = await work.job();
    await work.add(report);
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
    const source = await work.atSource(theFile(report));
    const asked = Date.now();
    await work.cancel();
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 }, publication: { FAILED: 1 } });
    const [deletion, ...more] = work.deletions();
    expect(more).toEqual([]);
    expect(deletion?.fileIds).toBeNull();
    expect((deletion?.at ?? Infinity) - asked).toBeLessThan(15_000);
    await expectUntouched(work, report, source);
  });

  test('that FTS had finished just before: DONE and published', async () => {
    const work = task();
    const report = await work.job();
    // We do not hear of the end before the cancel comes.
    world.fts.server.faults.add({ method: 'GET', path: '^/jobs/', times: 1, delayMs: 3000 });
    await work.add(report);
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['FINISHED']);
    await expect.poll(() => lastApplied(world.fts.server), { timeout: 5000 }).toBe(1);
    await work.cancel();
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.deletions()).toHaveLength(1);
    expect(work.published()).toEqual([theFile(report).destinationLfn]);
    expect(await work.arrived(theFile(report))).not.toBeNull();
    expect(await work.atSource(theFile(report))).toBeNull();
  });

  test('in the pause before its next attempt: KILLED at once, no further FTS job', async () => {
    const work = task();
    work.fault('', { outcome: { fail: RESET } });
    const report = await work.job();
    await work.add(report);
    await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ RETRY: 1 });
    const asked = Date.now();
    await work.cancel();
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 } });
    expect(Date.now() - asked).toBeLessThan(5000);
    expect(work.copyStates()).toEqual(['FAILED']);
    expect(work.deletions()).toEqual([]);
  });

  test('during our look at the destination: what is there is DONE', async () => {
    const work = task();
    const report = await work.job();
    // FTS itself looks twice.
    world.storage.server.faults.add({
      ...{ method: 'HEAD', path: `T2_CH_CERN.*${work.mark}` },
      ...{ skip: 2, times: 1, delayMs: 1500 },
    });
    await work.add(report);
    await expect.poll(() => lastApplied(world.storage.server), { timeout: 5000 }).toBe(1);
    await work.cancel();
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(await work.arrived(theFile(report))).not.toBeNull();
    expect(work.deletions()).toEqual([]);
  });

  test('during its publication: it stays DONE, and is published', async () => {
    const work = task();
    const report = await work.job();
    world.dbs.server.faults.add({ method: 'POST', path: 'bulkblocks', times: 1, delayMs: 1500 });
    await work.add(report);
    await expect.poll(() => lastApplied(world.dbs.server), { timeout: 5000 }).toBe(1);
    expect(await work.cancel()).toEqual({ files: 0, ignored: [{ reason: 'DONE already', files: 1 }] });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.published()).toEqual([theFile(report).destinationLfn]);
  });
});

test('while FTS does not answer a killed file stays KILL and its task open', async () => {
  const work = task();
  work.fault('', { outcome: 'hang' });
  const report = await work.job();
  await work.add(report);
  await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
  const source = await work.atSource(theFile(report));
  world.fts.server.faults.outage(4000);
  const asked = Date.now();
  await work.cancel();
  await work.close();
  while (Date.now() < asked + 3000)
    expect(await work.status()).toMatchObject({ transfer: { KILL: 1 }, complete: false });
  expect(work.copyStates()).toEqual(['ACTIVE']);
  expect(await work.result()).toMatchObject({ transfer: { KILLED: 1 } });
  expect(work.copyStates()).toEqual(['CANCELED']);
  await expectUntouched(work, report, source);
});

test('a file that was never sent is killed at once though FTS does not answer', async () => {
  const work = task();
  world.fts.server.faults.outage(5000);
  const asked = Date.now();
  await work.add(await work.job());
  await expect.poll(async () => (await work.status()).batches, { timeout: 4000 }).toMatchObject({ open: 1, active: 0 });
  await work.cancel();
  expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 } });
  expect(Date.now() - asked).toBeLessThan(5000);
  world.fts.server.faults.outage(0);
  expect(work.ftsJobs()).toEqual([]);
});

test('a submission of unknown outcome is seen through, then cancelled', async () => {
  const work = task();
  work.fault('out0_2', { outcome: 'hang' });
  await work.add(await work.job());
  await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ DONE: 1 });
  const posts = world.fts.server.faults.add({
    ...{ method: 'POST', path: '^/jobs$', containing: work.name },
    ...{ times: 2, action: 'drop-before' },
  });
  const report = await work.job({ jobId: '2' });
  await work.add(report);
  await expect.poll(() => posts.used, { timeout: 5000 }).toBeGreaterThan(0);
  expect(await work.transfer()).toEqual({ DONE: 1, SUBMITTED: 1 });
  const source = await work.atSource(theFile(report));
  await work.cancel();
  expect(await work.transfer()).toEqual({ DONE: 1, KILL: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, KILLED: 1 } });
  expect(work.copyStates('out0_2')).toEqual(['CANCELED']);
  expect(work.deletions()).toHaveLength(1);
  await expectUntouched(work, report, source);
});

test('a second cancel and a cancel of what is final are refused with the reason', async () => {
  const work = task();
  work.fault('out0_2', { outcome: 'hang' });
  const [first, second] = [await work.job(), await work.job({ jobId: '2', destination: 'T2_DE_DESY' })];
  await work.add(first, second);
  await expect.poll(() => work.copyStates('out0_2'), { timeout: 5000 }).toEqual(['ACTIVE']);
  await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ DONE: 1, SUBMITTED: 1 });
  world.fts.server.faults.add({ method: 'DELETE', path: '^/jobs/', times: 1, delayMs: 1500 });
  expect(await work.cancel()).toEqual({ files: 1, ignored: [{ reason: 'DONE already', files: 1 }] });
  expect(await work.cancel({ jobs: ['2'] })).toEqual({
    files: 0,
    ignored: [{ reason: 'being killed already', files: 1 }],
  });
  expect(await work.cancel({ jobs: ['3'] })).toEqual({ files: 0, ignored: [{ reason: 'no such job', files: 1 }] });
  await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ DONE: 1, KILLED: 1 });
  expect(await work.cancel({ files: [theFile(second).id] })).toEqual({
    files: 0,
    ignored: [{ reason: 'KILLED already', files: 1 }],
  });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, KILLED: 1 } });
  expect(work.deletions()).toHaveLength(1);
});
