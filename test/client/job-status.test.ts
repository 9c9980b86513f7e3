import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobStatus, operate } from '../../src/client/index.ts';
import type { FileStatus, JobStatus } from '../../src/contract/job-status.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const FULL = 'DESTINATION [28] Result HTTP 507: Insufficient Storage';
const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';
/** Has no storage.json that can be used. */
const UNDESCRIBED = 'T2_ES_CIEMAT';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  await writeFile(join(world.siteconf, UNDESCRIBED, 'storage.json'), '[]');
  rig = await startRig(world, {
    policy: { retryDelay: 300, retryDelayMax: 600, blockTimeout: 3600 },
    settings: { ASO_OPERATIONS_REFRESH: '0.1' },
  });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

const task = (): TestTask => new TestTask(world, rig);
const statusOf = (work: TestTask, jobId = '1'): Promise<JobStatus> => jobStatus(rig.client, work.name, jobId);
const filesOf = async (work: TestTask): Promise<FileStatus[]> => (await statusOf(work)).files;
/** The job's files once they are as expected; both stages are. */
const become = (work: TestTask, expected: object[]): Promise<void> =>
  expect.poll(() => filesOf(work), { timeout: 20_000 }).toMatchObject(expected);

test('a file that failed says why, what CRAB would be told, and when it is tried again; its sibling waits for it', async () => {
  const work = task();
  work.fault('out0', { times: 1, outcome: { fail: FULL } });
  const report = await work.job({ outputs: 2, log: true });
  await work.add(report);
  await become(work, [
    {
      ...{ failure: 'space', code: 60323, destinationLfn: report.files[0]?.destinationLfn, type: 'output' },
      transfer: { state: 'RETRY', reason: 'HTTP 507: Disk quota exceeded or Disk full.', said: FULL, attempts: 1 },
      publication: { state: 'NEW', waitsFor: 'its own transfer' },
    },
    {
      ...{ failure: null, code: null },
      transfer: { state: 'DONE', reason: null, waitsFor: null, attempts: 1, nextTry: null },
      publication: { state: 'NEW', waitsFor: 'the transfer of 1 other file of its job' },
    },
    { type: 'log', publication: { state: 'NOT_REQUIRED', reason: 'Logs are not published.' } },
  ]);
  const [failed, good] = await filesOf(work);
  expect(failed?.transfer.waitsFor).toBe('the pause before the next attempt');
  expect(failed?.transfer.nextTry).toBeGreaterThan(Date.now() + 60_000);
  const jobs = work
    .ftsJobs()
    .filter(({ files }) => files.length === 2)
    .map(({ jobId }) => jobId);
  expect([failed?.ftsJobIds, good?.ftsJobIds]).toEqual([jobs, jobs]);
  await work.cancel();
  await become(work, [{ transfer: { state: 'KILLED', reason: 'stopped by alice: the user asked' } }, {}, {}]);
  await work.finish();
});

test('what is published waits for its block, and says until when', async () => {
  const work = task();
  await work.add(await work.job({ outputs: 2 }));
  const filling = { state: 'ACQUIRED', waitsFor: 'its block to fill (2 of 100 files)' };
  await become(work, [{ publication: filling }, { publication: filling }]);
  const [file] = await filesOf(work);
  expect(file?.publication.nextTry).toBeGreaterThan(Date.now() + 3_000_000);
  await work.finish();
  expect(await filesOf(work)).toMatchObject(
    [1, 2].map(() => ({ publication: { state: 'DONE', reason: null, waitsFor: null, nextTry: null } })),
  );
});

test('metadata that CRAB lacks: since when, how often it was asked, when next, until when', async () => {
  const work = task();
  const report = await work.job();
  world.crab.books.removeMetadata(work.name, theFile(report).destinationLfn);
  await work.add(report);
  await become(work, [{ publication: { state: 'ACQUIRED', waitsFor: 'its block to fill (1 of 100 files)' } }]);
  await work.publish({ now: true });
  await become(work, [{ publication: { waitsFor: 'CRAB to have its metadata', attempts: 1 } }]);
  const [file] = await filesOf(work);
  expect(file?.publication.reason).toMatch(/^CRAB has had no metadata of it since 20.*Z; it is set aside at 20.*Z\.$/);
  expect(file?.publication.nextTry).toBeGreaterThan(Date.now());
});

test('a job that cannot be published whole names what it lacks', async () => {
  const work = task();
  work.fault('out1', { outcome: { fail: REFUSED } });
  await work.add(await work.job({ outputs: 3 }));
  const sibling = 'Its job is published whole or not at all; missing: the transfer of 1 other file of its job.';
  await become(work, [
    { publication: { state: 'FAILED', said: 'job-incomplete', reason: sibling, waitsFor: null } },
    {
      ...{ failure: 'permission', code: 60322 },
      transfer: { state: 'FAILED', reason: 'Permission denied.', said: REFUSED, waitsFor: null, nextTry: null },
      publication: { state: 'FAILED', reason: expect.stringContaining('its own transfer.') as string },
    },
    { publication: { state: 'FAILED', reason: sibling } },
  ]);
  await work.finish();
});

test('files that nobody has reported are waited for, and missing once no more come', async () => {
  const work = task();
  const report = await work.job({ outputs: 2 });
  await work.add({ ...report, files: report.files.slice(0, 1) });
  const waitsFor = 'the report of 1 further file of its job';
  await become(work, [{ transfer: { state: 'DONE' }, publication: { state: 'NEW', waitsFor } }]);
  expect(await statusOf(work)).toMatchObject({ retry: 0, expected: 2, unreported: 1 });
  await work.finish();
  const reason = `Its job is published whole or not at all; missing: ${waitsFor}.`;
  expect(await filesOf(work)).toMatchObject([{ publication: { state: 'FAILED', reason } }]);
});

test('a HELD file says what it is held for, and when that is looked at again', async () => {
  const work = task();
  await work.add(await work.job({ source: UNDESCRIBED, publish: false }));
  const waiting = { state: 'HELD', waitsFor: 'another try' };
  await become(work, [{ transfer: waiting, publication: { reason: 'Nobody has asked for it.' } }]);
  const [file] = await filesOf(work);
  expect(file?.transfer.reason).toMatch(/^held: T2_ES_CIEMAT: .*storage\.json/);
  expect(file?.transfer.nextTry).toBeGreaterThan(Date.now());
  await work.cancel();
  await work.finish();
});

test('what an operator holds says who and why, and that nothing is tried before', async () => {
  const by = { site: 'T2_DE_DESY', by: 'bob', reason: 'downtime' };
  await operate(rig.client, 'closeSite', { ...by, direction: 'source' });
  const work = task();
  await work.add(await work.job({ source: 'T2_DE_DESY', publish: false }));
  const reason = 'held: site T2_DE_DESY is closed (source) by bob: downtime';
  await become(work, [{ transfer: { state: 'HELD', reason, waitsFor: 'operators to let it go on', nextTry: null } }]);
  await operate(rig.client, 'openSite', by);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
});

test('a record that breaks a rule says which', async () => {
  const work = task();
  const report = await work.job({ publish: false });
  await work.add({ ...report, files: [{ ...theFile(report), size: -1 }] });
  await become(work, [
    { transfer: { state: 'REJECTED', said: 'size', reason: 'size: must be a number of bytes, 0 or more' } },
  ]);
  await work.finish();
});

test('while FTS is down, its files wait for FTS; while DBS is down, for DBS, as both say themselves', async () => {
  const work = task();
  await work.add(await work.job());
  await become(work, [{ publication: { state: 'ACQUIRED', waitsFor: 'its block to fill (1 of 100 files)' } }]);
  world.dbs.server.faults.outage(60_000);
  await work.publish({ now: true });
  await become(work, [{ publication: { waitsFor: expect.stringMatching(/^DBS( since 20.*Z)?$/) as string } }]);
  const [publishing] = await filesOf(work);
  expect(publishing?.publication.said).toContain('DBS');
  expect(publishing?.publication.attempts).toBeGreaterThan(0);
  world.dbs.server.faults.outage(0);

  world.fts.server.faults.outage(60_000);
  const other = task();
  await other.add(await other.job({ publish: false }));
  await become(other, [{ transfer: { waitsFor: expect.stringMatching(/^FTS( since 20.*Z)?$/) as string } }]);
  expect((await filesOf(other))[0]?.transfer.said).toContain(world.fts.url);
  world.fts.server.faults.outage(0);
  await work.finish();
  await other.finish();
});

test('who asks for a job that there is not is told so', async () => {
  const work = task();
  await work.add(await work.job({ publish: false }));
  await expect(statusOf(work, '99')).rejects.toMatchObject({
    name: 'JobNotFoundError',
    message: `task ${work.name} has no job 99: nothing of it was reported`,
  });
  await expect(jobStatus(rig.client, 'no:such_crab_task', '1')).rejects.toMatchObject({ name: 'TaskNotFoundError' });
  await work.finish();
});
