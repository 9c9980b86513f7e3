import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { publicationNumber, transferNumber, type TransferRow } from '../../src/simulators/crab/transfer-row.ts';
import { addRows, rowsIn } from '../support/crab-rows.ts';
import { startPuller, type TestPuller } from '../support/pullers.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** docs/adoption.md: what the old system left behind, row by row. */
const OLD = 'asodciangot1';

let world: World;
let rig: Rig;
let old: TestPuller;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { policy: { crabBookkeeping: true, blockTimeout: 1 } });
  old = startPuller(world, rig, OLD);
});
afterAll(async () => {
  await old.close();
  await rig.close();
  await world.close();
});

/** A job in CRAB's table as the old system left it. */
async function left(work: TestTask, row: Partial<TransferRow>): Promise<JobReport> {
  const report = await work.job({ publish: false });
  addRows(world, work.name, report);
  Object.assign(world.crab.books.transfers.get(theFile(report).id) ?? {}, { tm_aso_worker: OLD, ...row });
  return report;
}

/** The old system's copy: the file is at its destination, its source is gone. */
async function arrived({ source, sourceLfn, destination, destinationLfn }: FileRecord): Promise<void> {
  const bytes = (await world.storage.readFile(source, sourceLfn)) ?? Buffer.alloc(0);
  await world.storage.writeFile(destination, destinationLfn, bytes.toString());
  expect((await fetch(world.storage.urlOf(source, sourceLfn), { method: 'DELETE' })).ok).toBe(true);
}

/** As an operator asks CRAB's table for something by a POST. */
async function post(resource: string, form: Record<string, string>): Promise<void> {
  const answer = await fetch(`${world.crab.restUrl}/${resource}`, { method: 'POST', body: new URLSearchParams(form) });
  expect(answer.status).toBe(200);
}

/** As an operator has rows of the old system that wait for another try given back. */
const giveBackRetries = (): Promise<void> =>
  post('filetransfers', { subresource: 'retryTransfers', asoworker: OLD, time_to: '0' });

/** The old system's copy, which hangs in FTS. @returns the FTS job's id */
async function copyOfOld({ source, sourceLfn, destination, destinationLfn }: FileRecord): Promise<string> {
  const [from, to] = [world.storage.urlOf(source, sourceLfn), world.storage.urlOf(destination, destinationLfn)];
  world.fts.transferFaults.add({ url: destinationLfn, times: 1, outcome: 'hang' });
  const job = { files: [{ sources: [from], destinations: [to] }], params: { reuse: false } };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${world.fts.url}/jobs`, { method: 'POST', headers, body: JSON.stringify(job) });
  const { job_id: jobId } = (await answer.json()) as { job_id: string };
  await expect.poll(() => fileInFts(jobId)?.state).toBe('ACTIVE');
  return jobId;
}

const fileInFts = (jobId: string) => world.fts.jobs().find((job) => job.jobId === jobId)?.files[0];

/** As an operator ends an FTS job of the old system, and waits until its copy is over: dying, it removes what lies at its destination. */
async function cancelInFts(jobId: string): Promise<void> {
  expect((await fetch(`${world.fts.url}/jobs/${jobId}`, { method: 'DELETE' })).status).toBe(200);
  await expect.poll(() => fileInFts(jobId)?.finishTime).toEqual(expect.any(Number));
  expect(fileInFts(jobId)?.state).toBe('CANCELED');
}

/** As an operator sends a row back into the queue. */
async function requeue(report: JobReport): Promise<void> {
  const row = world.crab.books.transfers.get(theFile(report).id);
  if (!row) throw new Error('no such row');
  await post('fileusertransfers', {
    ...{ subresource: 'updateDoc', id: row.tm_id, username: row.tm_username, taskname: row.tm_taskname },
    ...{ start_time: String(row.tm_start_time), source: row.tm_source, source_lfn: row.tm_source_lfn },
    ...{ filesize: String(row.tm_filesize), publish: String(row.tm_publish), job_id: row.tm_jobid },
    ...{ job_retry_count: String(row.tm_job_retry_count), transfer_retry_count: '0' },
    ...{ transfer_state: 'NEW', publication_state: 'NOT_REQUIRED' },
  });
}

test('SUBMITTED, and its copy never came: it is copied', async () => {
  const work = new TestTask(world, rig);
  const report = await left(work, { tm_transfer_state: transferNumber('SUBMITTED'), tm_fts_id: 'old' });
  expect(await old.puller.round()).toMatchObject({ reported: 0 });
  await requeue(report);
  expect(await old.puller.round()).toMatchObject({ acquired: 1, reported: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE', worker: OLD }]);
  expect(rowsIn(world, report)[0]?.ftsId).not.toBe('old');
});

test('SUBMITTED, and its copy had come: it is seen to be there, though its source is gone', async () => {
  const work = new TestTask(world, rig);
  const report = await left(work, { tm_transfer_state: transferNumber('SUBMITTED') });
  await arrived(theFile(report));
  await requeue(report);
  await old.puller.round();
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE' }]);
});

test('ACQUIRED by the old system: found under its name', async () => {
  const work = new TestTask(world, rig);
  const report = await left(work, { tm_transfer_state: transferNumber('ACQUIRED') });
  expect(await old.puller.round()).toMatchObject({ acquired: 0, reported: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE' }]);
});

test.each(['NEW', 'ACQUIRED'] as const)(
  'DONE by the old system, publication %s: published, not copied',
  async (state) => {
    const work = new TestTask(world, rig);
    const report = await left(work, {
      ...{ tm_transfer_state: transferNumber('DONE'), tm_publish: 1, tm_publication_state: publicationNumber(state) },
    });
    await arrived(theFile(report));
    expect(await old.puller.round()).toMatchObject({ publications: 1 });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect([work.copies(), work.published()]).toEqual([[], [theFile(report).destinationLfn]]);
    await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE', publication: 'DONE' }]);
  },
);

test('RETRY, with retries left: given back, and copied by whoever takes it', async () => {
  const work = new TestTask(world, rig);
  const report = await left(work, {
    ...{ tm_transfer_state: transferNumber('RETRY'), tm_transfer_retry_count: 1, tm_last_update: 0 },
    tm_transfer_failure_reason: 'an attempt of the old system',
  });
  expect(await old.puller.round()).toMatchObject({ acquired: 0, reported: 0, kills: 0, bad: 0 });
  await giveBackRetries();
  const other = startPuller(world, rig, 'aso-pull-1');
  expect(await other.puller.round()).toMatchObject({ acquired: 1, reported: 1, failed: 0 });
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 } });
  expect([work.copyStates(), await work.arrived(theFile(report))]).toEqual([['FINISHED'], expect.any(String)]);
  await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE', worker: 'aso-pull-1' }]);
  expect([old.warnings, other.warnings]).toEqual([[], []]);
  await other.close();
});

test('RETRY, and its retries are used up: not given back, but sent back into the queue as a SUBMITTED one', async () => {
  const work = new TestTask(world, rig);
  const report = await left(work, {
    ...{ tm_transfer_state: transferNumber('RETRY'), tm_transfer_retry_count: 3, tm_last_update: 0 },
  });
  await giveBackRetries();
  expect(await old.puller.round()).toMatchObject({ acquired: 0, reported: 0 });
  expect(rowsIn(world, report)).toMatchObject([{ transfer: 'RETRY', worker: OLD }]);
  await requeue(report);
  expect(await old.puller.round()).toMatchObject({ acquired: 1, reported: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  await expect.poll(() => rowsIn(world, report)).toMatchObject([{ transfer: 'DONE', worker: OLD }]);
  expect(old.warnings).toEqual([]);
});

test('SUBMITTED, and its copy still runs: its FTS job is cancelled first, then it is sent back and copied once', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ publish: false });
  addRows(world, work.name, report);
  const ftsId = await copyOfOld(theFile(report));
  const ofOld = { tm_aso_worker: OLD, tm_transfer_state: transferNumber('SUBMITTED'), tm_fts_id: ftsId };
  Object.assign(world.crab.books.transfers.get(theFile(report).id) ?? {}, ofOld);
  await cancelInFts(ftsId);
  await requeue(report);
  expect(await old.puller.round()).toMatchObject({ acquired: 1, reported: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  expect(work.copyStates()).toEqual(['FINISHED']);
  expect(await work.arrived(theFile(report))).toEqual(expect.any(String));
  expect(old.warnings).toEqual([]);
});

test('KILL: its FTS job is cancelled, its row becomes KILLED, and nothing of it is copied or left behind in a task', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ publish: false });
  addRows(world, work.name, report);
  const ftsId = await copyOfOld(theFile(report));
  const ofOld = { tm_aso_worker: OLD, tm_transfer_state: transferNumber('KILL'), tm_fts_id: ftsId };
  Object.assign(world.crab.books.transfers.get(theFile(report).id) ?? {}, ofOld);
  await cancelInFts(ftsId);
  expect(await old.puller.round()).toMatchObject({ kills: 1, acquired: 0, reported: 0, failed: 0 });
  expect(rowsIn(world, report)).toMatchObject([{ transfer: 'KILLED', reason: 'killed in CRAB', worker: OLD }]);
  expect(await old.puller.round()).toMatchObject({ kills: 0, failed: 0 });
  expect([work.copies(), await work.arrived(theFile(report))]).toEqual([[], null]);
  await expect(work.status()).rejects.toThrow('there is no task');
  expect(old.warnings).toEqual([]);
});
