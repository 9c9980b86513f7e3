import type { WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startJobOutput } from '../../src/client/index.ts';
import type { JobOutcome } from '../../src/contract/messages.ts';
import type { JobReport } from '../../src/domain/file.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig({ policy: { blockTimeout: 0.2 } });

const task = (): TestTask => new TestTask(world, rig);
const REFUSED = 'DESTINATION [1] HTTP 403 : Permission refused';
const RESET = 'TRANSFER [104] Connection reset by peer';

const start = (work: TestTask, report: JobReport) => startJobOutput(rig.client, work.name, report);
const outcomeOf = async (work: TestTask, report: JobReport): Promise<JobOutcome> =>
  (await start(work, report)).result();

test('a file that fails for good is told with every reason, CRAB’s code and its FTS jobs', async () => {
  const work = task();
  work.fault('out1', { times: 1, outcome: { fail: RESET } });
  work.fault('out1', { outcome: { fail: REFUSED } });
  const report = await work.job({ outputs: 2, log: true });
  const outcome = await outcomeOf(work, report);
  expect(outcome).toMatchObject({ task: work.name, jobId: '1', retry: 0 });
  const [good, bad, log] = outcome.files;
  expect(good).toMatchObject({ transfer: 'DONE', code: null, reasons: [], publication: 'FAILED' });
  expect(good?.publicationReason).toBe('job-incomplete');
  expect(bad).toMatchObject({ transfer: 'FAILED', code: 60322, reasons: [RESET, REFUSED], publication: 'FAILED' });
  const copies = work.ftsJobs().filter(({ files }) => files.some(({ destination }) => destination.includes('out1')));
  expect(bad?.ftsJobIds).toEqual(copies.map(({ jobId }) => jobId));
  expect(log).toMatchObject({ transfer: 'DONE', publication: 'NOT_REQUIRED' });
  for (const [i, file] of outcome.files.entries()) {
    const { id, destinationLfn } = report.files[i]!;
    expect(file).toMatchObject({ id, destinationLfn });
  }
  await work.finish();
  expect(work.published()).toEqual([]);
});

test('whoever hears that a file failed may have it tried again at once', async () => {
  const work = task();
  const ids = ['1', '2', '3', '4', '5', '6'];
  const answers = await Promise.all(
    ids.map(async (jobId) => {
      work.fault(`out0_${jobId}[.]`, { times: 1, outcome: { fail: REFUSED } });
      const { files } = await outcomeOf(work, await work.job({ jobId }));
      expect(files).toMatchObject([{ transfer: 'FAILED' }]);
      return work.retry({ jobs: [jobId] });
    }),
  );
  expect(answers).toEqual(ids.map(() => ({ files: 1, ignored: [] })));
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 6 }, publication: { DONE: 6 } });
});

test('a file whose copy succeeds in the end is told with what went wrong before', async () => {
  const work = task();
  work.fault('', { times: 1, outcome: { fail: RESET } });
  const { files } = await outcomeOf(work, await work.job({ publish: false }));
  expect(files).toMatchObject([{ transfer: 'DONE', code: null, reasons: [RESET], publication: 'NOT_REQUIRED' }]);
  expect(files[0]?.ftsJobIds).toHaveLength(2);
  await work.finish();
});

test('a record that breaks a rule is told with the rule, and does not hold up the others', async () => {
  const work = task();
  const report = await work.job({ outputs: 2, publish: false });
  const [good, bad] = report.files;
  const outside = { ...bad!, destinationLfn: '/store/user/mallory/out1.root' };
  const { files } = await outcomeOf(work, { ...report, files: [good!, outside] });
  expect(files[0]).toMatchObject({ transfer: 'DONE' });
  expect(files[1]).toMatchObject({ id: bad!.id, transfer: 'REJECTED', destinationLfn: outside.destinationLfn });
  const [{ rule } = { rule: '' }] = (await work.status()).rejections;
  expect(files[1]?.reasons).toEqual([rule]);
  await work.finish();
});

test('a report that is none fails with BadMessage and starts no task', async () => {
  const work = task();
  const report = await work.job();
  const broken = { ...report, files: [{ ...theFile(report), size: 'large' }] } as unknown as JobReport;
  const error = (await outcomeOf(work, broken).catch((thrown: unknown) => thrown)) as WorkflowFailedError;
  expect(error.cause).toMatchObject({ type: 'BadMessage', nonRetryable: true });
  expect(error.cause?.message).toContain('size');
  await expect(work.status()).rejects.toThrow('there is no task');
});

test('where publication is asked for the answer comes when the files are in DBS', async () => {
  const work = task();
  world.dbs.server.faults.add({ method: 'POST', path: 'bulkblocks', times: 1, delayMs: 1500 });
  const report = await work.job({ outputs: 2, log: true });
  const { files } = await outcomeOf(work, report);
  expect(work.published()).toHaveLength(2);
  expect(files.map(({ publication }) => publication)).toEqual(['DONE', 'DONE', 'NOT_REQUIRED']);
  await work.finish();
});

test('asked for twice at the same time it is one wait, and copies once', async () => {
  const work = task();
  const report = await work.job({ publish: false });
  const [first, second] = await Promise.all([start(work, report), start(work, report)]);
  expect(await first.result()).toEqual(await second.result());
  expect(work.copyStates()).toEqual(['FINISHED']);
  await work.finish();
});

test('a job that was reported before is waited for as well', async () => {
  const work = task();
  work.fault('', { outcome: { slowMs: 1500 } });
  const report = await work.job({ publish: false });
  await work.add(report);
  await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
  expect((await outcomeOf(work, report)).files).toMatchObject([{ transfer: 'DONE' }]);
  expect(work.copyStates()).toEqual(['FINISHED']);
  await work.finish();
});

test('a wait for a run of the job that a newer one replaced ends with that', async () => {
  const work = task();
  work.fault('', { times: 1, outcome: 'hang' });
  const old = await start(work, await work.job({ publish: false }));
  await expect.poll(() => work.copyStates(), { timeout: 5000 }).toEqual(['ACTIVE']);
  const again = await start(work, await work.job({ publish: false, retry: 1, salt: 'again' }));
  expect((await old.result()).files).toMatchObject([{ transfer: 'KILLED', reasons: ['superseded'] }]);
  expect((await again.result()).files).toMatchObject([{ transfer: 'DONE' }]);
  await work.finish();
});
