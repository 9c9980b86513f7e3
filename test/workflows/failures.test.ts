import { expect, test } from 'vitest';
import { addFiles, closeTask, retryTask, taskFiles, taskStatus } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import type { JobReport } from '../../src/domain/file.ts';
import { newTask } from '../support/rig.ts';
import { useRig } from '../support/use-rig.ts';
import { makeJob } from '../support/world.ts';

const { world, rig } = await useRig();

const CURL = 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts';
const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';

/** A task of one job with two outputs and a log; `LFN`s are unique to it, so that faults can be scripted for it alone. */
async function oneJob(): Promise<{ task: string; report: JobReport; mine: string }> {
  const task = newTask();
  world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
  const report = await makeJob(world, { task, jobId: '1', outputs: 2 });
  return { task, report, mine: task.replace(/\W/g, '_') };
}

async function finish(task: string): Promise<TaskTotals> {
  await closeTask(rig.client, task);
  return rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();
}

const jobsOf = (task: string) => world.fts.jobs().filter(({ metadata }) => metadata['task'] === task);

test('a copy that fails once is tried again and becomes DONE', async () => {
  const { task, report, mine } = await oneJob();
  world.fts.transferFaults.add({ url: `${mine}.*out0`, times: 1, outcome: { fail: CURL } });
  await addFiles(rig.client, task, [report]);
  expect(await finish(task)).toMatchObject({ transfer: { DONE: 3 }, publication: { DONE: 2 } });
  const copies = jobsOf(task).flatMap(({ files }) => files.filter(({ destination }) => destination.includes('out0_')));
  expect(copies.map(({ state }) => state)).toEqual(['FAILED', 'FINISHED']);
});

test('a refused destination fails for good, keeps its source, and its job is not published', async () => {
  const { task, report, mine } = await oneJob();
  world.fts.transferFaults.add({ url: `${mine}.*out1`, outcome: { fail: REFUSED } });
  await addFiles(rig.client, task, [report]);
  expect(await finish(task)).toMatchObject({
    transfer: { DONE: 2, FAILED: 1 },
    publication: { FAILED: 2, NOT_REQUIRED: 1 },
  });
  const { failures } = await taskStatus(rig.client, task);
  expect(failures).toEqual([{ class: 'permission', files: 1, reasons: [REFUSED] }]);
  const failed = report.files[1]!;
  expect(await world.storage.adler32Of(failed.source, failed.sourceLfn)).toBe(failed.adler32);
  expect(
    jobsOf(task).filter(({ files }) => files.some(({ destination }) => destination.includes('out1_'))),
  ).toHaveLength(1);
  expect(world.dbs.books.files().filter(({ lfn }) => lfn.includes(mine))).toEqual([]);
});

test('a failed file that is retried completes its job, which is then published', async () => {
  const { task, report, mine } = await oneJob();
  world.fts.transferFaults.add({ url: `${mine}.*out1`, times: 1, outcome: { fail: REFUSED } });
  await addFiles(rig.client, task, [report]);
  await expect.poll(async () => (await taskStatus(rig.client, task)).transfer).toEqual({ DONE: 2, FAILED: 1 });
  expect(await retryTask(rig.client, task, {})).toMatchObject({ files: 1 });
  expect(await finish(task)).toMatchObject({ transfer: { DONE: 3 }, publication: { DONE: 2 } });
});

test('wrong bytes are never accepted: the copy is made again', async () => {
  const { task, report, mine } = await oneJob();
  world.fts.transferFaults.add({ url: `${mine}.*out0`, times: 1, outcome: { corrupt: true } });
  await addFiles(rig.client, task, [report]);
  expect(await finish(task)).toMatchObject({ transfer: { DONE: 3 } });
  const file = report.files[0]!;
  expect(await world.storage.adler32Of(file.destination, file.destinationLfn)).toBe(file.adler32);
});

test('an outage of FTS holds files and fails none', async () => {
  const { task, report } = await oneJob();
  world.fts.server.faults.outage(3_000);
  await addFiles(rig.client, task, [report]);
  expect(await finish(task)).toMatchObject({ transfer: { DONE: 3 }, publication: { DONE: 2 } });
  expect(jobsOf(task).every(({ state }) => state === 'FINISHED')).toBe(true);
});

test('a source that vanished fails for good with its reason in full', async () => {
  const { task, report, mine } = await oneJob();
  const gone = report.files[0]!;
  const { rm } = await import('node:fs/promises');
  await rm(`${world.storage.root}/${gone.source}${gone.sourceLfn}`);
  await addFiles(rig.client, task, [report]);
  await expect.poll(async () => (await taskStatus(rig.client, task)).transfer).toEqual({ DONE: 2, FAILED: 1 });
  for await (const page of taskFiles(rig.client, task, { state: 'FAILED' }))
    for (const { detail } of page) expect(detail?.attempts).toMatchObject([{ class: 'no-source', code: 60326 }]);
  await finish(task);
  expect(world.dbs.books.files().filter(({ lfn }) => lfn.includes(mine))).toEqual([]);
});

test('a refusal of FTS is not a failure of the files: they are tried again', async () => {
  const { task, report } = await oneJob();
  const body = JSON.stringify({ status: '403 Forbidden', message: 'davs://ban.ex is banned' });
  world.fts.server.faults.add({ method: 'POST', path: '^/jobs$', times: 1, action: 'answer', status: 403, body });
  await addFiles(rig.client, task, [report]);
  expect(await finish(task)).toMatchObject({ transfer: { DONE: 3 }, publication: { DONE: 2 } });
});

test('a file of unknown origin in a group area is never overwritten', async () => {
  const { task, report } = await oneJob();
  const file = report.files[0]!;
  const lfn = `/store/group/higgs/${task.replace(/\W/g, '_')}/out.root`;
  const other = await world.storage.writeFile(file.destination, lfn, 'somebody else put this here');
  await addFiles(rig.client, task, [{ ...report, expected: 1, files: [{ ...file, destinationLfn: lfn }] }]);
  expect(await finish(task)).toMatchObject({ files: 1, transfer: { FAILED: 1 } });
  expect((await taskStatus(rig.client, task)).failures).toMatchObject([{ class: 'exists' }]);
  expect(await world.storage.adler32Of(file.destination, lfn)).toBe(other.adler32);
  expect(await world.storage.readFile(file.source, file.sourceLfn)).not.toBeNull();
});
