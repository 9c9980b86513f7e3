import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { transferNumber } from '../../src/simulators/crab/transfer-row.ts';
import { addRows, rowsIn, rowsOf, viewOf } from '../support/crab-rows.ts';
import { startPuller, type TestPuller } from '../support/pullers.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let rig: Rig;
const pullers: TestPuller[] = [];
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { policy: { crabBookkeeping: true, blockTimeout: 1 } });
});
afterEach(async () => {
  for (const { close } of pullers.splice(0)) await close();
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

function puller(name: string, options: Parameters<typeof startPuller>[3] = {}): TestPuller {
  const started = startPuller(world, rig, name, options);
  pullers.push(started);
  return started;
}

/** A job as CRAB has it before it has told us of it: publication is flagged later. */
async function queued(work: TestTask, options: Parameters<TestTask['job']>[0] = {}): Promise<JobReport> {
  const report = await work.job({ publish: false, ...options });
  addRows(world, work.name, report);
  return report;
}
const transfers = (reports: JobReport[]) => reports.flatMap((report) => rowsIn(world, report)).map((row) => row?.transfer); // prettier-ignore
/** How often each row of a task was taken. */
const takenBy = (work: TestTask) =>
  world.crab.books.acquisitions.filter(({ id }) => world.crab.books.transfers.get(id)?.tm_taskname === work.name);
/** As PostJob does when all files of a job are DONE and their metadata is uploaded. */
function flag({ files }: JobReport): void {
  for (const { id } of files) Object.assign(world.crab.books.transfers.get(id) ?? {}, { tm_publish: 1, tm_publication_state: 0 }); // prettier-ignore
}

test('200 rows of four users and two pullers: each row is taken once, and all final states are back', async () => {
  const tasks = ['alice', 'bob', 'carol', 'dave'].map((user) => new TestTask(world, rig, user));
  const reports = await Promise.all(
    tasks.map((work) => Promise.all(Array.from({ length: 25 }, (_, i) => queued(work, { jobId: String(i + 1), log: true })))), // prettier-ignore
  );
  const all = reports.flat();
  const [one, two] = [puller('pull-1').puller, puller('pull-2').puller];
  const rounds = await Promise.all([one.round(), two.round()]);
  expect(rounds[0].acquired + rounds[1].acquired).toBe(200);
  const taken = tasks.flatMap(takenBy);
  expect([taken.length, new Set(taken.map(({ id }) => id)).size]).toEqual([200, 200]);
  await Promise.all(tasks.map((work) => work.finish()));
  await expect.poll(() => new Set(transfers(all)), { timeout: 60_000 }).toEqual(new Set(['DONE']));
  for (const { id, worker } of taken) expect(viewOf(world.crab.books.transfers.get(id))?.worker).toBe(worker);
  const again = await one.round();
  expect(again).toMatchObject({ acquired: 0, reported: 0, bad: 0, failed: 0 });
});

test('what a puller took before it died is found again under its name, and reported once in effect', async () => {
  const work = new TestTask(world, rig);
  const report = await queued(work, { outputs: 3 });
  for (const { id } of report.files) Object.assign(world.crab.books.transfers.get(id) ?? {}, { tm_aso_worker: 'dies', tm_transfer_state: 1 }); // prettier-ignore
  expect(await puller('other').puller.round()).toMatchObject({ reported: 0 });
  expect(await puller('dies').puller.round()).toMatchObject({ acquired: 0, reported: 3 });
  // The same again, as after a crash right behind the report.
  await puller('dies').puller.round();
  expect(await work.finish()).toMatchObject({ files: 3, transfer: { DONE: 3 } });
  expect(work.copies()).toHaveLength(3);
  await expect.poll(() => transfers([report])).toEqual(['DONE', 'DONE', 'DONE']);
});

test('what CRAB flags afterwards is published once, with its dataset and sums from the metadata', async () => {
  const work = new TestTask(world, rig);
  const report = await queued(work, { outputs: 2 });
  const { puller: pull } = puller('publishes');
  await pull.round();
  await expect.poll(() => transfers([report]), { timeout: 30_000 }).toEqual(['DONE', 'DONE']);
  flag(report);
  // Its batch may still hold the source: then it is known for now, and taken at a later round.
  await expect.poll(async () => {
    await puller('publishes').puller.round();
    return (await work.status()).datasets.length;
  }, { timeout: 30_000 }).toBe(1); // prettier-ignore
  expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 }, publication: { DONE: 2 } });
  expect(work.published()).toEqual(report.files.map(({ destinationLfn }) => destinationLfn).sort());
  expect(work.copies()).toHaveLength(2);
  await expect.poll(() => rowsIn(world, report).map((row) => row?.publication)).toEqual(['DONE', 'DONE']);
});

test('a task that CRAB can tell nothing of holds up no publication of another', async () => {
  const [stuck, fine] = [new TestTask(world, rig), new TestTask(world, rig)];
  const reports = [await queued(stuck), await queued(fine)];
  const { puller: pull, warnings } = puller('unstuck');
  await pull.round();
  await expect.poll(() => transfers(reports), { timeout: 30_000 }).toEqual(['DONE', 'DONE']);
  for (const report of reports) flag(report);
  // The first task that is asked about.
  const refused = world.crab.server.faults.add({ path: 'filemetadata', action: 'answer', status: 400, body: '', times: 1 }); // prettier-ignore
  expect(await pull.round()).toMatchObject({ publications: 1, failed: 0 });
  expect(refused.used).toBe(1);
  expect(warnings).toEqual([expect.stringMatching(`^${stuck.name}: publications wait: .*HTTP 400`)]);
  await expect.poll(async () => (await puller('unstuck').puller.round()).failed).toBe(0);
  await expect.poll(async () => (await stuck.status()).datasets.length, { timeout: 30_000 }).toBe(1);
  for (const work of [stuck, fine]) expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
});

test('a publication whose metadata CRAB lacks waits, and is set aside in the end; so is one whose metadata make no sense', async () => {
  const work = new TestTask(world, rig);
  const report = await queued(work);
  const { puller: patient } = puller('waits');
  await patient.round();
  await expect.poll(() => transfers([report]), { timeout: 30_000 }).toEqual(['DONE']);
  world.crab.books.removeMetadata(work.name, theFile(report).destinationLfn);
  flag(report);
  expect(await patient.round()).toMatchObject({ publications: 0, bad: 0 });
  const hasty = puller('waits', { metadataTimeout: -1 });
  expect(await hasty.puller.round()).toMatchObject({ publications: 0, bad: 1 });
  expect(rowsIn(world, report)).toMatchObject([{ publication: 'FAILED', publicationReason: 'metadata-missing' }]);

  // Back, but not as DBS could be told.
  const runlumi = { '1': { '-7': '10' } };
  world.crab.books.addMetadata(work.name, { lfn: theFile(report).destinationLfn, runlumi });
  flag(report);
  expect(await patient.round()).toMatchObject({ publications: 0, bad: 1 });
  expect(rowsIn(world, report)).toMatchObject([
    { publicationReason: expect.stringMatching(/^metadata-unusable: runlumi: must have whole numbers/) as string },
  ]);
  await work.finish();
});

test('bad rows are set aside with column and rule; the others of their job go on', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ outputs: 3, publish: false });
  const [, stolen, odd] = report.files as [FileRecord, FileRecord, FileRecord];
  stolen.destinationLfn = '/store/user/bob/x.root';
  addRows(world, work.name, report);
  Object.assign(world.crab.books.transfers.get(odd.id) ?? {}, { tm_type: 'fake' });
  const { puller: pull, warnings } = puller('strict');
  expect(await pull.round()).toMatchObject({ acquired: 3, reported: 1, bad: 2 });
  expect(rowsIn(world, report).slice(1)).toMatchObject([
    { transfer: 'FAILED', reason: expect.stringMatching(/^row refused: tm_destination_lfn: destination-area: must lie/) as string }, // prettier-ignore
    { transfer: 'FAILED', reason: expect.stringMatching(/^row refused: tm_type: /) as string },
  ]);
  expect(warnings).toHaveLength(2);
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 } });
});

test('kills reach FTS; rows of what had ended, or was never reported, are told how it ended', async () => {
  const work = new TestTask(world, rig);
  const done = await queued(work);
  const { puller: pull } = puller('kills');
  await pull.round();
  await expect.poll(() => transfers([done]), { timeout: 30_000 }).toEqual(['DONE']);
  work.fault('out0_2', { outcome: 'hang' });
  const hanging = await queued(work, { jobId: '2' });
  await pull.round();
  await expect.poll(() => transfers([hanging]), { timeout: 30_000 }).toEqual(['SUBMITTED']);
  const lost = await work.job({ jobId: '3', publish: false });
  for (const row of rowsOf(work.name, lost)) world.crab.books.addTransfer({ ...row, tm_aso_worker: 'kills' });
  for (const { files } of [done, hanging, lost])
    for (const { id } of files) Object.assign(world.crab.books.transfers.get(id) ?? {}, { tm_transfer_state: transferNumber('KILL') }); // prettier-ignore
  expect(await pull.round()).toMatchObject({ kills: 3, failed: 0 });
  expect(transfers([done, lost])).toEqual(['DONE', 'KILLED']);
  await expect.poll(() => transfers([hanging]), { timeout: 30_000 }).toEqual(['KILLED']);
  expect(rowsIn(world, hanging)).toMatchObject([{ reason: 'killed by CRAB: killed in CRAB' }]);
  expect(work.deletions()).toHaveLength(1);
  await work.finish();
});

test('an outage of CRAB costs a round and nothing else', async () => {
  const work = new TestTask(world, rig);
  const report = await queued(work);
  const { puller: pull, warnings } = puller('patient');
  world.crab.server.faults.outage(60_000);
  expect(await pull.round()).toMatchObject({ failed: 3, acquired: 0 });
  world.crab.server.faults.outage(0);
  expect(warnings).toHaveLength(3);
  // Acquired, but nobody heard of it.
  world.crab.server.faults.add({ method: 'POST', path: 'filetransfers', containing: 'acquireTransfers', action: 'drop-after', times: 1 }); // prettier-ignore
  expect(await pull.round()).toMatchObject({ failed: 1, acquired: 0 });
  expect(await pull.round()).toMatchObject({ failed: 0, acquired: 0, reported: 1 });
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  await expect.poll(() => transfers([report])).toEqual(['DONE']);
});

test('with enough in hand nothing more is taken', async () => {
  const work = new TestTask(world, rig);
  await queued(work);
  const { puller: full } = puller('full', { limit: 500 });
  expect(await full.round()).toMatchObject({ acquired: 0, more: true });
  await puller('free').puller.round();
  expect(await work.finish()).toMatchObject({ files: 1 });
});
