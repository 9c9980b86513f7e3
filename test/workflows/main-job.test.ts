import { expect, test } from 'vitest';
import { addFiles, closeTask, startJobOutput, taskStatus } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import { newTask } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { datasetOf, makeJob } from '../support/world.ts';

const { world, rig } = await useRig();

test('a job output is copied, verified, cleaned up and published once', async () => {
  const task = newTask();
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const report = await makeJob(world, { task, jobId: '1', outputs: 2 });

  expect(await addFiles(rig.client, task, [report])).toMatchObject({ accepted: 3, rejected: [] });
  expect(await addFiles(rig.client, task, [report])).toMatchObject({ accepted: 0, known: 3 });
  await closeTask(rig.client, task);
  const totals = await rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();

  expect(totals).toMatchObject({ files: 3, transfer: { DONE: 3 }, publication: { DONE: 2, NOT_REQUIRED: 1 } });
  for (const file of report.files) {
    expect(await world.storage.adler32Of('T2_CH_CERN', file.destinationLfn)).toMatch(/^[0-9a-f]{8}$/);
    if (file.adler32) expect(await world.storage.adler32Of('T2_CH_CERN', file.destinationLfn)).toBe(file.adler32);
    expect(await world.storage.readFile(file.source, file.sourceLfn)).toBeNull();
  }
  const published = world.dbs.books.files().filter(({ dataset }) => dataset === datasetOf(task));
  expect(published.map(({ lfn }) => lfn).sort()).toEqual(
    report.files.filter(({ type }) => type === 'output').map(({ destinationLfn }) => destinationLfn),
  );
  expect((await taskStatus(rig.client, task)).complete).toBe(true);
});

test('a job that is waited for gets the outcome of each file', async () => {
  const task = newTask();
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const report = await makeJob(world, { task, jobId: '7', publish: false });
  const handle = await startJobOutput(rig.client, task, report);
  const outcome = await handle.result();
  expect(outcome.files).toHaveLength(2);
  for (const file of outcome.files)
    expect(file).toMatchObject({ transfer: 'DONE', publication: 'NOT_REQUIRED', code: null });
  await closeTask(rig.client, task);
  await rig.client.workflow.getHandle(stageOutId(task)).result();
});

test('a job that runs again while its file waits for a block to fill is published with the new bytes', async () => {
  const work = new TestTask(world, rig);
  const old = await work.job();
  await work.add(old);
  await expect.poll(async () => (await work.status()).publication).toEqual({ ACQUIRED: 1 });
  await expect.poll(async () => (await work.files())[0]?.detail?.publication).toBe('ACQUIRED');
  const report = await work.job({ retry: 1, salt: 'new bytes' });
  expect(await work.add(report)).toMatchObject({ superseding: 1 });
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
  const file = theFile(report);
  expect(await world.storage.adler32Of(file.destination, file.destinationLfn)).toBe(file.adler32);
  const inDbs = world.dbs.books.files().filter(({ lfn }) => lfn === file.destinationLfn);
  expect(inDbs).toMatchObject([{ adler32: file.adler32 }]);
});
