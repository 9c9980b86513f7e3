import { expect, test } from 'vitest';
import { sweepSources, taskSources, type TaskSources } from '../../src/client/index.ts';
import { sweepSourcesId } from '../../src/contract/ids.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';

const { world, rig } = await useRig({ policy: { sourceRetention: 0, blockTimeout: 0.1 } });

const task = (): TestTask => new TestTask(world, rig);
const sourcesOf = (work: TestTask): Promise<TaskSources> => taskSources(rig.client, work.name);
const batchesOf = ({ sources }: TaskSources): number[] => [...new Set(sources.map(({ batch }) => batch))];

test('what a task left behind is listed with why and since when; a sweep removes it, and it is listed no more', async () => {
  const work = task();
  const started = Date.now();
  const [done, failed, killed] = await Promise.all(['1', '2', '3'].map((jobId) => work.job({ jobId })));
  work.fault('out0_2', { outcome: { fail: REFUSED } });
  work.fault('out0_3', { outcome: 'hang' });
  await work.add(done!, failed!, killed!);
  await expect.poll(() => work.transfer(), { timeout: 8000 }).toMatchObject({ DONE: 1, FAILED: 1 });
  await work.cancel({ jobs: ['3'] });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, FAILED: 1, KILLED: 1 } });

  const listed = await sourcesOf(work);
  expect(listed.sources).toMatchObject([
    { why: 'failed', reason: REFUSED, jobId: '2', lfn: theFile(failed!).sourceLfn, size: theFile(failed!).size },
    { why: 'killed', reason: 'alice: the user asked', jobId: '3', site: theFile(killed!).source },
  ]);
  for (const { since } of listed.sources) expect(since?.getTime()).toBeGreaterThanOrEqual(started);

  const swept = await sweepSources(rig.client, work.name, batchesOf(listed));
  expect(swept).toMatchObject({ removed: 2, absent: 0, left: [] });
  for (const report of [failed!, killed!]) expect(await work.atSource(theFile(report))).toBeNull();
  expect(await work.arrived(theFile(done!))).not.toBeNull();
  await expect.poll(async () => (await sourcesOf(work)).sources).toEqual([]);
});

test('other bytes than the reported ones stay, and so does what a site refuses to give up; each with its reason', async () => {
  const work = task();
  const reports = await Promise.all(['1', '2', '3'].map((jobId) => work.job({ jobId })));
  const [rewritten, refused, gone] = reports.map(theFile);
  work.fault('', { outcome: { fail: REFUSED } });
  await work.add(...reports);
  expect(await work.finish()).toMatchObject({ transfer: { FAILED: 3 } });
  await world.storage.writeFile(rewritten!.source, rewritten!.sourceLfn, 'the job ran again');
  const fault = {
    method: 'DELETE',
    path: `${work.mark}.*out0_2`,
    times: 1,
    action: 'answer',
    status: 403,
    body: 'no',
  } as const;
  world.storage.server.faults.add(fault);
  const { rm } = await import('node:fs/promises');
  await rm(`${world.storage.root}/${gone!.source}${gone!.sourceLfn}`);

  const result = await sweepSources(rig.client, work.name, batchesOf(await sourcesOf(work)));
  expect(result).toMatchObject({ removed: 0, absent: 1 });
  expect(result.left.map(({ reason, example }) => [reason, example])).toEqual(
    expect.arrayContaining([
      ['its size or checksum is not the reported one', rewritten!.sourceLfn],
      [expect.stringContaining('HTTP 403 no'), refused!.sourceLfn],
    ]),
  );
  expect(await work.atSource(rewritten!)).toBe('the job ran again');
  expect(await work.atSource(refused!)).not.toBeNull();
  await expect.poll(async () => (await sourcesOf(work)).sources.map(({ jobId }) => jobId)).toEqual(['1', '2']);
  // The site has been mended.
  expect(await sweepSources(rig.client, work.name, batchesOf(await sourcesOf(work)))).toMatchObject({ removed: 1 });
});

test('a file that is tried again meanwhile keeps its source', async () => {
  const work = task();
  const report = await work.job();
  work.fault('', { times: 1, outcome: { fail: REFUSED } });
  work.fault('', { outcome: 'hang' });
  await work.add(report);
  await expect.poll(() => work.transfer(), { timeout: 8000 }).toEqual({ FAILED: 1 });
  const batches = batchesOf(await sourcesOf(work));
  await work.retry();
  expect(await sweepSources(rig.client, work.name, batches)).toMatchObject({ removed: 0, absent: 0 });
  expect(await work.atSource(theFile(report))).not.toBeNull();
  await work.cancel();
  await work.finish();
});

test('a sweep outlives the workers, and rejected files are counted', async () => {
  const work = task();
  const report = await work.job();
  const rejected = await work.job({ jobId: '2' });
  work.fault('', { outcome: { fail: REFUSED } });
  const elsewhere = { ...theFile(rejected), destinationLfn: '/store/user/bob/out.root' };
  await work.add(report, { ...rejected, files: [elsewhere] });
  expect(await work.finish()).toMatchObject({ transfer: { FAILED: 1, REJECTED: 1 } });
  const listed = await sourcesOf(work);
  expect(listed.rejected).toEqual([{ rule: 'destination-area', files: 1 }]);
  await rig.stopWorkers();
  const sweep = sweepSources(rig.client, work.name, batchesOf(listed));
  await expect
    .poll(async () => (await rig.client.workflow.getHandle(sweepSourcesId(work.name)).describe()).status.name)
    .toBe('RUNNING');
  await rig.restartWorkers();
  expect(await sweep).toMatchObject({ removed: 1 });
  expect(await work.atSource(theFile(report))).toBeNull();
  expect(await work.atSource(theFile(rejected))).not.toBeNull();
});
