import { afterAll, beforeAll, expect, test } from 'vitest';
import { addFiles, closeTask, startJobOutput, taskStatus } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { newTask, startRig, type Rig } from '../support/rig.ts';
import { datasetOf, makeJob, startWorld, type World } from '../support/world.ts';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world);
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

test('a job output is copied, verified, cleaned up and published once', async () => {
  const task = newTask();
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const report = await makeJob(world, { task, jobId: '1', outputs: 2 });

  expect(await addFiles(rig.client, task, [report])).toMatchObject({ accepted: 3, rejected: [] });
  expect(await addFiles(rig.client, task, [report])).toMatchObject({ accepted: 0, known: 3 });
  await closeTask(rig.client, task);
  const totals = await rig.client.workflow.getHandle(stageOutId(task)).result();

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
