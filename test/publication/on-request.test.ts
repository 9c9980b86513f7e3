import { expect, test } from 'vitest';
import { taskPublications, type DatasetPublication } from '../../src/client/index.ts';
import type { JobReport } from '../../src/domain/file.ts';
import { runAso } from '../cli/run-aso.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { datasetOf } from '../support/world.ts';

const { world, rig } = await useRig({ policy: { maxFilesPerBlock: 3, blockTimeout: 3600 } });

/** A task whose jobs, of one output each, are with the publisher. */
async function waiting(jobs: number): Promise<{ work: TestTask; reports: JobReport[] }> {
  const work = new TestTask(world, rig);
  const reports: JobReport[] = [];
  for (let n = 1; n <= jobs; n++) reports.push(await work.job({ jobId: String(n) }));
  await work.add(...reports);
  await expect.poll(async () => (await plansOf(work))[0]?.files, { timeout: 20_000 }).toBe(jobs);
  return { work, reports };
}

const plansOf = async (work: TestTask): Promise<DatasetPublication[]> =>
  taskPublications(rig.client, await work.status());
const blocksOf = (work: TestTask): number[] =>
  world.dbs.books.blocks().flatMap(({ dataset, files }) => (dataset === datasetOf(work.name) ? [files] : []));

test('a partial block waits; what would be sent is shown without sending it; asked to, it leaves at once', async () => {
  const { work, reports } = await waiting(2);
  const [plan] = await plansOf(work);
  const lfns = reports.map((report) => theFile(report).destinationLfn);
  const bytes = reports.reduce((sum, report) => sum + theFile(report).size, 0);
  expect(plan).toMatchObject({
    ...{ dataset: datasetOf(work.name), files: 2, moreBlocks: 0, sending: 0 },
    blocks: [{ site: 'T2_CH_CERN', files: 2, bytes, lumis: 0, unmeasured: 2 }],
    withoutMetadata: { files: 0, nextLook: null },
  });
  expect(plan?.blocks[0]?.lfns.toSorted()).toEqual(lfns);
  expect(plan?.leavesAt).toBeGreaterThan(Date.now() + 3_000_000);

  const shown = await aso('publish', work.name, '--dry-run');
  for (const lfn of lfns) expect(shown).toContain(lfn);
  expect(await aso('status', work.name)).toMatch(/publishing .*: 2 files waiting for a full block, until 20/);
  expect(work.published()).toEqual([]);

  expect(await aso('publish', work.name, '--now')).toContain('2 files to leave at once');
  await expect.poll(() => work.published(), { timeout: 10_000 }).toEqual(lfns);
  expect(blocksOf(work)).toEqual([2]);
  await expect.poll(async () => (await work.status()).publication).toEqual({ DONE: 2 });
  expect(await work.publish({ now: true })).toEqual({ files: 0, ignored: [{ reason: 'DONE already', files: 2 }] });
  await work.finish();
});

test('a job that lacks a file is named in the status, and what follows once it is there', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ outputs: 2, jobId: '7' });
  const [first, second] = report.files;
  await work.add({ ...report, files: [first!] });
  await expect.poll(async () => (await work.transfer()).DONE, { timeout: 20_000 }).toBe(1);
  expect((await work.status()).unreported).toEqual({
    ...{ jobs: 1, files: 1 },
    examples: [{ jobId: '7', retry: 0, files: 1 }],
  });
  expect(await aso('status', work.name)).toMatch(/missing +1 file not reported: job 7 \(1\)/);
  expect((await work.publish({ now: true })).ignored).toEqual([
    { reason: 'their jobs are not complete yet', files: 1 },
  ]);
  await work.add({ ...report, files: [second!] });
  expect(await work.finish()).toMatchObject({ publication: { DONE: 2 } });
  expect((await work.status()).unreported.jobs).toBe(0);
});

test('files whose metadata CRAB lacks are named, and asked for again at once on request', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job();
  const { destinationLfn } = theFile(report);
  const metadata = world.crab.books.metadataOf(work.name, destinationLfn);
  world.crab.books.removeMetadata(work.name, destinationLfn);
  await work.add(report);
  await expect.poll(async () => (await plansOf(work))[0]?.files, { timeout: 20_000 }).toBe(1);
  await work.publish({ now: true });
  await expect.poll(async () => (await plansOf(work))[0]?.withoutMetadata.lfns).toEqual([destinationLfn]);
  expect(await aso('status', work.name)).toMatch(/publishing .*: 1 file whose metadata CRAB lacks, asked again at 20/);
  world.crab.books.addMetadata(work.name, metadata!);
  // The next look by itself is half a minute away.
  await work.publish({ now: true });
  await expect.poll(() => work.published(), { timeout: 10_000 }).toEqual([destinationLfn]);
  await work.finish();
});

test('while DBS is down the status says so, and what is on its way', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job();
  await work.add(report);
  await expect.poll(async () => (await plansOf(work))[0]?.files, { timeout: 20_000 }).toBe(1);
  world.dbs.server.faults.outage(6_000);
  await work.publish({ now: true });
  await expect.poll(() => aso('status', work.name), { timeout: 10_000 }).toMatch(/waits for +DBS/);
  expect(await aso('status', work.name)).toMatch(/publishing .*: 1 file on the way into DBS/);
  expect(await work.finish()).toMatchObject({ publication: { DONE: 1 } });
});

/** What `aso` prints. */
async function aso(...args: string[]): Promise<string> {
  const env = { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace };
  const { out, err, code } = await runAso(args, { env });
  expect(code, err).toBe(0);
  return out;
}
