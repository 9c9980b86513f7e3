import { expect, test } from 'vitest';
import { publishDatasetId, transferBatchId } from '../../src/contract/ids.ts';
import type { JobReport } from '../../src/domain/file.ts';
import { resetBeforeSubmission } from '../fts/submissions.ts';
import { addRows, rowsIn } from '../support/crab-rows.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { datasetOf } from '../support/world.ts';

/** Blocks of an open task fill for longer than a test lasts. */
const { world, rig } = await useRig({ policy: { crabBookkeeping: true } });

/** The end of whatever run of a workflow is the current one. */
const ended = (workflowId: string): Promise<unknown> => rig.client.workflow.getHandle(workflowId).result();

/** A job that leaves its log alone: its batch ends when that has arrived. */
const logOnly = (work: TestTask, options: Parameters<TestTask['job']>[0] = {}): Promise<JobReport> =>
  work.job({ outputs: 0, log: true, publish: false, ...options });

/** How often each copy was begun that FTS was asked for. */
const begun = (work: TestTask): number[] => work.copies().map(({ attempts }) => attempts.length);

test('a batch that is reset after the end of its task ends by itself, and so does the publisher that it asks again', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job();
  addRows(world, work.name, report);
  await work.add(report);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  await resetBeforeSubmission(rig, work.name);
  await ended(transferBatchId(work.name, 1));
  await ended(publishDatasetId(work.name, datasetOf(work.name)));
  expect(begun(work)).toEqual([1]);
  expect(work.published()).toHaveLength(1);
  await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE', publication: 'DONE' }]);
});

test.for([
  { when: 'after the end of its task', isClosed: true },
  { when: 'while its task is open, which has taken it for over', isClosed: false },
])('a batch that is reset $when, to before an attempt that failed, goes on to the next one', async ({ isClosed }) => {
  const work = new TestTask(world, rig);
  work.fault('', { times: 1, outcome: { fail: 'TRANSFER [110] Connection timed out' } });
  await work.add(await logOnly(work));
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  const batch = transferBatchId(work.name, 1);
  await ended(batch);
  if (isClosed) await work.finish();
  await resetBeforeSubmission(rig, work.name, 0);
  await ended(batch);
  if (!isClosed) expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(begun(work)).toEqual([1, 1]);
});

test('a batch that is reset when its job has run again lets go of its file: row, bytes and FTS jobs are those of the newer run', async () => {
  const work = new TestTask(world, rig);
  const older = await logOnly(work);
  addRows(world, work.name, older);
  await work.add(older);
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  const batch = transferBatchId(work.name, 1);
  await ended(batch);
  const newer = await logOnly(work, { retry: 1, salt: 'again' });
  const bytes = await work.atSource(theFile(newer));
  addRows(world, work.name, newer);
  await work.add(newer);
  await expect
    .poll(() => rowsIn(world, newer))
    .toMatchObject([{ transfer: 'DONE', ftsId: expect.any(String) as string }]);
  await ended(transferBatchId(work.name, 2));
  const row = rowsIn(world, newer);
  await resetBeforeSubmission(rig, work.name);
  await ended(batch);
  expect(rowsIn(world, newer)).toEqual(row);
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 } });
  expect(begun(work)).toEqual([1, 1]);
  expect(await work.arrived(theFile(newer))).toBe(bytes);
});
