import { describe, expect, test } from 'vitest';
import { startJobOutput } from '../../src/client/index.ts';
import { stageOutId, transferBatchId } from '../../src/contract/ids.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { SITES } from '../support/world.ts';

const { world, rig } = await useRig({ policy: { maxActiveFtsJobs: 1, blockTimeout: 0.1 } });

const task = (): TestTask => new TestTask(world, rig);
const destinations = SITES.filter((site) => site !== 'T2_IT_Pisa');

describe('batches that wait for their turn', () => {
  test('one that is cancelled never reaches FTS', async () => {
    const work = task();
    work.fault('out0_1', { outcome: { slowMs: 1500 } });
    const [first, second] = [await work.job(), await work.job({ jobId: '2', destination: 'T2_DE_DESY' })];
    await work.add(first);
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
    await work.add(second);
    await expect.poll(async () => (await work.status()).batches, { timeout: 5000 }).toMatchObject({ waiting: 1 });
    expect(await work.cancel({ jobs: ['2'] })).toEqual({ files: 1, ignored: [] });
    await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ SUBMITTED: 1, KILLED: 1 });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, KILLED: 1 } });
    expect(work.copyStates()).toEqual(['FINISHED']);
    expect(work.deletions()).toEqual([]);
    expect(await work.atSource(theFile(second))).not.toBeNull();
  });

  test('all are killed with their task, and only the one in FTS is cancelled there', async () => {
    const work = task();
    work.fault('', { outcome: 'hang' });
    const reports = await Promise.all(
      destinations.map((destination, i) => work.job({ jobId: String(i + 1), destination, log: true })),
    );
    await work.add(...reports);
    await expect
      .poll(async () => (await work.status()).batches, { timeout: 5000 })
      .toMatchObject({ active: 1, waiting: 7 });
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
    expect(await work.cancel()).toEqual({ files: 8, ignored: [] });
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 8 } });
    expect(work.copyStates()).toEqual(['CANCELED']);
    expect(work.deletions()).toHaveLength(1);
    for (const file of reports.flatMap(({ files }) => files)) {
      expect(await work.arrived(file)).toBeNull();
      expect(await work.atSource(file)).not.toBeNull();
    }
  });
});

test('cancelling the task in Temporal kills and closes it', async () => {
  const work = task();
  work.fault('', { outcome: 'hang' });
  const report = await work.job({ outputs: 2 });
  await work.add(report);
  await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE', 'ACTIVE']);
  // It is the first one's turn: this one waits.
  await work.add(await work.job({ jobId: '2', destination: 'T2_DE_DESY' }));
  await expect.poll(async () => (await work.status()).batches, { timeout: 5000 }).toMatchObject({ waiting: 1 });
  await rig.client.workflow.getHandle(stageOutId(work.name)).cancel();
  expect(await work.result()).toMatchObject({ files: 3, transfer: { KILLED: 3 } });
  expect(work.copyStates()).toEqual(['CANCELED', 'CANCELED']);
  for (const file of report.files) expect(await work.arrived(file)).toBeNull();
});

test('cancelling a batch in Temporal kills its files and no others', async () => {
  const work = task();
  work.fault('out0_1', { outcome: 'hang' });
  const reports = [await work.job(), await work.job({ jobId: '2', destination: 'T2_DE_DESY' })];
  await work.add(reports[0]!);
  await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
  await work.add(reports[1]!);
  await rig.client.workflow.getHandle(transferBatchId(work.name, 1)).cancel();
  await expect.poll(() => work.transfer(), { timeout: 5000 }).toEqual({ KILLED: 1, DONE: 1 });
  await work.finish();
  expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
});

describe('cancelling a jobOutput', () => {
  test('kills its files and answers with that; other jobs go on', async () => {
    const work = task();
    work.fault('_1.', { outcome: 'hang' });
    const [mine, other] = [await work.job({ log: true }), await work.job({ jobId: '2', destination: 'T2_DE_DESY' })];
    const handle = await startJobOutput(rig.client, work.name, mine);
    await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
    await work.add(other);
    await handle.cancel();
    const outcome = await handle.result();
    expect(outcome.files).toHaveLength(2);
    for (const file of outcome.files) {
      expect(file).toMatchObject({
        transfer: 'KILLED',
        reasons: ['killed by caller: the wait for the job was cancelled'],
      });
    }
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 2, DONE: 1 } });
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
  });

  test('at once after its start kills its files before they reach FTS', async () => {
    const work = task();
    const report = await work.job();
    const handle = await startJobOutput(rig.client, work.name, report);
    await handle.cancel();
    const outcome = await handle.result();
    expect(outcome.files).toMatchObject([{ transfer: 'KILLED' }]);
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 } });
    expect(await work.arrived(theFile(report))).toBeNull();
  });
});
