import { afterAll, expect, test, vi } from 'vitest';
import type { JobReport } from '../../src/domain/file.ts';
import { addRows, rowsIn } from '../support/crab-rows.ts';
import { startRig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

/**
 * Temporal is gone with all its data, and another one, which is empty, is given the same reports against the same world: docs/disasters.md.
 * What the tasks have come to until then is told by their names.
 */
const options = { policy: { blockTimeout: 0, crabBookkeeping: true } };
const { world, rig: lost } = await useRig(options);
const reports = new Map<TestTask, JobReport[]>();
const published = await taskOf({ jobId: '1', outputs: 2, log: true }, { jobId: '2' });
const halfDone = await taskOf({ jobId: '1' }, { jobId: '2' });
const copied = await taskOf({});
const copying = await taskOf({});

copying.fault('', { outcome: 'hang' });
const isLost = Promise.withResolvers<void>();
copied.fault('', { outcome: { until: isLost.promise } });
for (const work of [published, copied, copying]) await work.add(...reportsOf(work));
await halfDone.add(reportsOf(halfDone)[0]!);
await until(() => expect(published.published()).toHaveLength(3));
await until(() => expect(halfDone.published()).toHaveLength(1));
for (const { files } of [...reportsOf(published), reportsOf(halfDone)[0]!])
  for (const file of files) await until(async () => expect(await published.atSource(file)).toBeNull());
for (const work of [copied, copying]) await until(() => expect(work.copyStates()).toEqual(['ACTIVE']));
const inDbs = world.dbs.books.files();

// FTS goes on with what it has while nobody looks.
await lost.stopWorkers();
isLost.resolve();
await until(() => expect(copied.copyStates()).toEqual(['FINISHED']));
const rig = await startRig(world, options);
afterAll(() => rig.close());

test('what was copied and published is found: nothing is copied or published again, all files end DONE', async () => {
  const before = published.copies().length;
  const work = await reportAgain(published);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 4 }, publication: { DONE: 3, NOT_REQUIRED: 1 } });
  // FTS was asked again, and found no sources.
  expect(work.copyStates().slice(before)).toEqual(['FAILED', 'FAILED', 'FAILED', 'FAILED']);
  await expectAllWell(work);
  const files = world.dbs.books.files().filter(({ lfn }) => lfn.includes(work.mark));
  expect(files).toEqual(inDbs.filter(({ lfn }) => lfn.includes(work.mark)));
});

test('of a task that was half done the other half is copied and published', async () => {
  const work = await reportAgain(halfDone);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 2 }, publication: { DONE: 2 } });
  for (const { destinationLfn } of reportsOf(halfDone).map(theFile))
    expect(work.copyStates(destinationLfn).filter((state) => state === 'FINISHED')).toHaveLength(1);
  await expectAllWell(work);
});

test('a copy that FTS ended meanwhile is made again over itself, since its source is there; then it is published', async () => {
  const work = await reportAgain(copied);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(work.copyStates()).toEqual(['FINISHED', 'FINISHED']);
  await expectAllWell(work);
});

test('a copy that FTS has under way is called back there by hand, and then made again', async () => {
  const answer = await fetch(`${world.fts.url}/jobs/${copying.ftsJobs()[0]!.jobId}`, { method: 'DELETE' });
  expect(answer.status).toBe(200);
  // With its end: a copy that is being stopped removes what it finds at its destination.
  await expect
    .poll(() => copying.copies())
    .toMatchObject([{ state: 'CANCELED', finishTime: expect.any(Number) as number }]);
  world.fts.transferFaults.clear();
  const work = await reportAgain(copying);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
  await expectAllWell(work);
});

/** Waits for what is to come before the tests. */
function until(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 20_000, interval: 50 });
}

/** A task with the files of such jobs at their site. */
async function taskOf(...jobs: Parameters<TestTask['job']>[0][]): Promise<TestTask> {
  const work = new TestTask(world, lost);
  const made = await Promise.all(jobs.map((job) => work.job(job)));
  for (const report of made) addRows(world, work.name, report);
  reports.set(work, made);
  return work;
}

function reportsOf({ name }: TestTask): JobReport[] {
  return [...reports].flatMap(([work, of]) => (work.name === name ? of : []));
}

async function reportAgain(before: TestTask): Promise<TestTask> {
  const work = before.at(rig);
  await work.add(...reportsOf(work));
  return work;
}

/** The right bytes are at the destinations and at no source, each output is once in DBS, and CRAB's rows say so. */
async function expectAllWell(work: TestTask): Promise<void> {
  const files = reportsOf(work).flatMap((report) => report.files);
  for (const file of files) {
    const sum = await world.storage.adler32Of(file.destination, file.destinationLfn);
    expect(sum).toBe(file.adler32 ?? sum);
    expect(await work.arrived(file)).toHaveLength(file.size);
    expect(await work.atSource(file)).toBeNull();
  }
  const outputs = files.filter(({ type }) => type === 'output');
  expect(work.published()).toEqual(outputs.map(({ destinationLfn }) => destinationLfn).sort());
  const rows = () => reportsOf(work).flatMap((report) => rowsIn(world, report));
  const states = files.map(({ publish }) => ({ transfer: 'DONE', publication: publish ? 'DONE' : 'NOT_REQUIRED' }));
  // Batches tell CRAB after they have told their task.
  await expect.poll(rows, { timeout: 20_000 }).toMatchObject(states);
}
