import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { FileDetail } from '../../src/contract/messages.ts';
import type { MetadataRecord } from '../../src/simulators/crab/books.ts';
import { runAso } from '../cli/run-aso.ts';
import { crabRecords } from '../support/crab-records.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { datasetOf } from '../support/world.ts';

const { world, rig } = await useRig({ policy: { maxLumisPerBlock: 100, maxBytesPerBlock: 100_000 } });

const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';
/** As `expect.poll`, which does not work in tests that run at the same time. */
const eventually = (holds: () => Promise<void>): Promise<void> => vi.waitFor(holds, { timeout: 20_000, interval: 50 });
const task = (): TestTask => new TestTask(world, rig);
const blocksOf = (work: TestTask): number[] =>
  world.dbs.books.blocks().flatMap(({ dataset, files }) => (dataset === datasetOf(work.name) ? [files] : []));
const detailOf = async (work: TestTask, lfn: string): Promise<FileDetail | null | undefined> =>
  (await work.files()).find(({ detail }) => detail?.destinationLfn === lfn)?.detail;
/** Changes what CRAB knows of a file. */
const describeFile = (work: TestTask, lfn: string, over: Partial<MetadataRecord>): void =>
  void world.crab.books.addMetadata(work.name, { ...world.crab.books.metadataOf(work.name, lfn)!, ...over });

describe.concurrent('what is published', () => {
  test('of a job whose log fails: its outputs; logs never', async () => {
    const work = task();
    work.fault('log', { outcome: { fail: REFUSED } });
    const report = await work.job({ outputs: 2, log: true });
    await work.add(report);
    const totals = await work.finish();
    expect(totals).toMatchObject({ transfer: { DONE: 2, FAILED: 1 }, publication: { DONE: 2, NOT_REQUIRED: 1 } });
    expect(work.published()).toHaveLength(2);
  });

  test('nothing that nobody asks for; log archives not even then', async () => {
    const work = task();
    await work.add(await work.job({ publish: false, log: true }));
    await work.add(await work.job({ publish: true, log: true, jobId: '2' }));
    await eventually(async () => expect(await work.transfer()).toEqual({ DONE: 4 }));
    expect(await work.publish({ jobs: ['2'] })).toMatchObject({
      files: 0,
      ignored: expect.arrayContaining([{ reason: 'logs are never published', files: 1 }]) as unknown,
    });
    expect(await work.finish()).toMatchObject({ publication: { NOT_REQUIRED: 3, DONE: 1 } });
    expect(work.published()).toHaveLength(1);
  });

  test('nothing of a job of which one output failed, until that one is there, too', async () => {
    const work = task();
    work.fault('out1', { times: 1, outcome: { fail: REFUSED } });
    const report = await work.job({ outputs: 2 });
    await work.add(report);
    await eventually(async () => expect((await work.status()).publication).toEqual({ FAILED: 2 }));
    // The task tells the batch after it has entered it.
    const reasonOf = async () => (await detailOf(work, report.files[0]!.destinationLfn))?.publicationReason;
    await eventually(async () => expect(await reasonOf()).toBe('job-incomplete'));
    expect(work.published()).toEqual([]);
    expect(await work.retry({ what: 'publication' })).toMatchObject({ files: 0 });
    expect(await work.retry()).toMatchObject({ files: 1 });
    expect(await work.finish()).toMatchObject({ publication: { DONE: 2 } });
    expect(work.published()).toHaveLength(2);
  });

  test('of a job that failed: nothing, whoever asks for it', async () => {
    const work = task();
    const report = await work.job({ publish: false, area: `GenericTTbar/tag/261122_1/0000/failed/${work.mark}` });
    const [file] = report.files;
    const lfn = `/store/user/alice/GenericTTbar/tag/${work.mark}/0000/failed/out_1.root`;
    world.crab.books.addMetadata(work.name, {
      ...world.crab.books.metadataOf(work.name, file!.destinationLfn)!,
      ...{ lfn, tmplfn: lfn },
    });
    await work.add({ ...report, files: [{ ...file!, destinationLfn: lfn }] });
    await eventually(async () => expect(await work.transfer()).toEqual({ DONE: 1 }));
    expect((await work.status()).publication).toEqual({ NOT_REQUIRED: 1 });
    await work.publish();
    expect(await work.finish()).toMatchObject({ publication: { FAILED: 1 } });
    expect((await detailOf(work, lfn))?.publicationReason).toMatch(/^failed-job/);
    expect(work.published()).toEqual([]);
  });

  test('EDM files, and not what lies beside them', async () => {
    const work = task();
    const report = await work.job({ outputs: 2 });
    const [good, other] = report.files.map(({ destinationLfn }) => destinationLfn);
    describeFile(work, other!, { filetype: 'TFILE' });
    await work.add(report);
    expect(await work.finish()).toMatchObject({ publication: { DONE: 1, FAILED: 1 } });
    expect((await detailOf(work, other!))?.publicationReason).toBe('not-edm: file type TFILE');
    expect(work.published()).toEqual([good]);
  });

  test('what a job brought to its destination itself, without FTS', async () => {
    const work = task();
    const report = await work.job({ direct: true });
    await work.add(report);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.published()).toEqual([theFile(report).destinationLfn]);
    expect(work.ftsJobs()).toEqual([]);
  });

  test('blocks within their limits of lumis and bytes', async () => {
    const work = task();
    for (let n = 1; n <= 5; n++) await work.add(await work.job({ jobId: String(n), direct: true, lumis: 40 }));
    expect(await work.finish()).toMatchObject({ publication: { DONE: 5 } });
    expect(blocksOf(work).toSorted()).toEqual([1, 2, 2]);
    expect(world.dbs.books.files().filter(({ lfn, lumis }) => lfn.includes(work.mark) && lumis === 40)).toHaveLength(5);
  });

  test('one file above the limits, in a block of its own', async () => {
    const work = task();
    await work.add(await work.job({ jobId: '1', direct: true, lumis: 3_000 }));
    await work.add(await work.job({ jobId: '2', direct: true }));
    expect(await work.finish()).toMatchObject({ publication: { DONE: 2 } });
    expect(blocksOf(work)).toEqual([1, 1]);
  });
});

describe.concurrent('what is set aside', () => {
  test('a file that was invalidated in DBS: it is neither taken for published nor inserted again', async () => {
    const work = task();
    const report = await work.job({ outputs: 2 });
    const [first, second] = report.files.map(({ destinationLfn }) => destinationLfn);
    await work.add(report);
    await work.finish();
    await fetch(`${world.dbs.writerUrl}/files`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ logical_file_name: first, is_file_valid: 0 }),
    });
    // The same job, reported by another task that writes to the same place.
    const again = task();
    const dataset = datasetOf(work.name);
    for (const { destinationLfn } of report.files)
      world.crab.books.addMetadata(again.name, world.crab.books.metadataOf(work.name, destinationLfn)!);
    await again.add({ ...report, files: report.files.map((file) => ({ ...file, dataset, alreadyThere: true })) });
    expect(await again.finish()).toMatchObject({ publication: { DONE: 1, FAILED: 1 } });
    expect((await detailOf(again, first!))?.publicationReason).toBe('differs-in-DBS: it was invalidated there');
    const valid = world.dbs.books.files().filter(({ lfn }) => lfn === first || lfn === second);
    expect(valid.map((file) => file.valid).sort()).toEqual([false, true]);
  });

  test('is tried again alone, once what was wrong is right; nothing is copied again', async () => {
    const work = task();
    const report = await work.job();
    const { destinationLfn, size } = theFile(report);
    describeFile(work, destinationLfn, { filesize: size + 1 });
    await work.add(report);
    await eventually(async () => expect((await work.transfer()).DONE).toBe(1));
    await work.publish({ now: true });
    await eventually(async () => expect((await work.status()).publication).toEqual({ FAILED: 1 }));
    expect((await detailOf(work, destinationLfn))?.publicationReason).toMatch(/^metadata-differs: CRAB has \d+ bytes/);
    describeFile(work, destinationLfn, { filesize: size });
    expect(await work.retry({ what: 'transfer' })).toMatchObject({ files: 0 });
    expect(await work.retry({ what: 'publication' })).toEqual({ files: 1, ignored: [] });
    expect(await work.finish()).toMatchObject({ publication: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['FINISHED']);
  });
});

test('CRAB’s records as they are: publish 0, metadata after DONE, then the flag', async () => {
  const work = task();
  const reports = [await work.job({ outputs: 2, log: true, publish: false })];
  const outputs = reports.flatMap(({ files }) => files.filter(({ type }) => type === 'output'));
  const known = outputs.map(({ destinationLfn }) => world.crab.books.metadataOf(work.name, destinationLfn)!);
  for (const { lfn } of known) world.crab.books.removeMetadata(work.name, lfn);
  const folder = await mkdtemp(join(tmpdir(), 'aso-records-'));
  const file = join(folder, 'transfers.txt');
  const lines = reports.flatMap((report) => crabRecords(work.name, report)).map((record) => JSON.stringify(record));
  await writeFile(file, `${lines.join('\n')}\n`);
  const env = { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace };
  expect(await runAso(['submit', file], { env })).toMatchObject({ code: 0 });
  await rm(folder, { recursive: true });
  await expect.poll(() => work.transfer(), { timeout: 30_000 }).toEqual({ DONE: 3 });
  expect((await work.status()).publication).toEqual({ NOT_REQUIRED: 3 });
  expect(work.published()).toEqual([]);

  for (const record of known) world.crab.books.addMetadata(work.name, record);
  expect(await work.publish({ files: outputs.map(({ id }) => id) })).toEqual({ files: 2, ignored: [] });
  expect(await work.finish()).toMatchObject({ publication: { DONE: 2, NOT_REQUIRED: 1 } });
  expect(work.published()).toEqual(outputs.map(({ destinationLfn }) => destinationLfn).sort());
});
