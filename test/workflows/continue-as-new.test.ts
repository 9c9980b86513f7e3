import { afterAll, beforeAll, expect, test } from 'vitest';
import { addFiles, cancelTask, closeTask, reportJob, taskStatus } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import { runSizes } from '../support/histories.ts';
import { newTask, startRig, type Rig } from '../support/rig.ts';
import { datasetOf, makeJob, startWorld, type World } from '../support/world.ts';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  // Continue as new is suggested after 60 events instead of 4,096.
  rig = await startRig(world, {
    policy: { batchWindow: 0.05 },
    serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'],
  });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

function newTaskKnownToCrab(): string {
  const task = newTask();
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  return task;
}

test('nothing is lost or doubled when batches end while their task continues as new', async () => {
  const task = newTaskKnownToCrab();
  const reports = [];
  for (let i = 1; i <= 24; i++) {
    const report = await makeJob(world, { task, jobId: String(i), outputs: 2 });
    reports.push(report);
    await reportJob(rig.client, task, report);
    // In waves: signals that come together make fewer events, and the task would turn over less often.
    if (i % 6 === 0)
      await expect
        .poll(async () => await taskStatus(rig.client, task))
        .toMatchObject({ files: 3 * i, batches: { inWindow: 0 } });
  }
  await closeTask(rig.client, task);
  const totals = await rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();

  expect(totals).toMatchObject({ files: 72, transfer: { DONE: 72 }, publication: { DONE: 48, NOT_REQUIRED: 24 } });
  expect((await runSizes(rig.client, stageOutId(task))).length).toBeGreaterThan(1);
  const bytes = reports.flatMap(({ files }) => files).reduce((sum, { size }) => sum + size, 0);
  expect((await taskStatus(rig.client, task)).links).toMatchObject([{ bytes: { open: 0, done: bytes, failed: 0 } }]);
  const published = world.dbs.books.files().filter(({ dataset }) => dataset === datasetOf(task));
  const outputs = reports.flatMap(({ files }) => files.filter(({ type }) => type === 'output'));
  expect(published.map(({ lfn }) => lfn).sort()).toEqual(outputs.map(({ destinationLfn }) => destinationLfn).sort());
  const destinations = world.fts.jobs().flatMap(({ files }) => files.map(({ destination }) => destination));
  expect(new Set(destinations).size).toBe(destinations.length);
});

test('a cancel after continue-as-new reaches batches that an earlier run started', async () => {
  const task = newTaskKnownToCrab();
  world.fts.transferFaults.add({ url: task.replace(/\W/g, '_'), outcome: 'hang' });
  const jobs = [];
  for (let i = 1; i <= 12; i++) {
    const report = await makeJob(world, { task, jobId: String(i) });
    jobs.push(report);
    await addFiles(rig.client, task, [report]);
    // One batch after the other, so that the task turns over with batches open.
    await expect
      .poll(async () => (await taskStatus(rig.client, task)).batches, { timeout: 10_000 })
      .toMatchObject({ inWindow: 0 });
  }
  const submitted = (): string[] => {
    const jobIds = world.fts.jobs().filter(({ metadata }) => metadata['task'] === task);
    return jobIds.map(({ jobId }) => jobId);
  };
  await expect.poll(() => submitted().length).toBeGreaterThanOrEqual(12);
  expect((await runSizes(rig.client, stageOutId(task))).length).toBeGreaterThan(1);

  const answer = await cancelTask(rig.client, task, { reason: 'the user asked', by: 'alice' });
  expect(answer.files).toBe(24);
  await closeTask(rig.client, task);
  const totals = await rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();
  expect(totals).toMatchObject({ files: 24, transfer: { KILLED: 24 } });
  const deleted = new Set(world.fts.deletions().flatMap(({ jobIds }) => jobIds));
  expect(submitted().filter((jobId) => !deleted.has(jobId))).toEqual([]);
  for (const { files } of jobs)
    for (const file of files) expect(await world.storage.readFile(file.source, file.sourceLfn)).not.toBeNull();
}, 60_000);
