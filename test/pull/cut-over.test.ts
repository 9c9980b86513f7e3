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

/** As an operator sends a row back into the queue. */
async function requeue(report: JobReport): Promise<void> {
  const row = world.crab.books.transfers.get(theFile(report).id);
  if (!row) throw new Error('no such row');
  const form = new URLSearchParams({
    ...{ subresource: 'updateDoc', id: row.tm_id, username: row.tm_username, taskname: row.tm_taskname },
    ...{ start_time: String(row.tm_start_time), source: row.tm_source, source_lfn: row.tm_source_lfn },
    ...{ filesize: String(row.tm_filesize), publish: String(row.tm_publish), job_id: row.tm_jobid },
    ...{ job_retry_count: String(row.tm_job_retry_count), transfer_retry_count: '0' },
    ...{ transfer_state: 'NEW', publication_state: 'NOT_REQUIRED' },
  });
  const answer = await fetch(`${world.crab.restUrl}/fileusertransfers`, { method: 'POST', body: form });
  expect(answer.status).toBe(200);
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
