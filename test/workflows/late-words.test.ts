import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { transferBatchId } from '../../src/contract/ids.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { addRows, rowsIn } from '../support/crab-rows.ts';
import { FAST, startRig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig({ policy: { crabBookkeeping: true, crabSettle: 4 } });
const faults = world.crab.server.faults;

/** A job of a task, in CRAB's table too. */
async function known(work: TestTask, options: Parameters<TestTask['job']>[0] = {}): Promise<JobReport> {
  const report = await work.job({ publish: false, ...options });
  addRows(world, work.name, report);
  return report;
}

/** CRAB carries out a request that nobody waits for any more. */
async function tellLate(form: Record<string, string>): Promise<void> {
  const late = await fetch(`${world.crab.restUrl}/filetransfers`, { method: 'POST', body: new URLSearchParams(form) });
  expect(late.status).toBe(200);
}

test('rows that are told an old word behind the last one are put right: CRAB compares nothing with what they say', async () => {
  const work = new TestTask(world, rig);
  work.fault('out0', { outcome: { fail: 'DESTINATION [13] no, not there', recoverable: false } });
  const [good, bad] = [await known(work, { jobId: '1', outputs: 1, log: true }), await known(work, { jobId: '2' })];
  const [output, log] = good.files as [FileRecord, FileRecord];
  // The end of the first job's files is told twice, so that there is reason to look again.
  const lost = faults.add({ method: 'POST', path: 'filetransfers', containing: `${log.id}.*DONE`, action: 'drop-before', times: 1 }); // prettier-ignore
  await work.add(good, bad);
  await work.finish();
  const ends = () => [...rowsIn(world, good), ...rowsIn(world, bad)].map((row) => [row?.transfer, row?.reason]);
  const right = [
    ['FAILED', 'DESTINATION [13] no; not there'],
    ['DONE', null],
    ['FAILED', 'DESTINATION [13] no; not there'],
  ];
  await expect.poll(ends, { timeout: 30_000 }).toEqual(right);
  expect(lost.used).toBe(1);
  for (const { id } of [output, log, theFile(bad)]) {
    const states = { list_of_ids: id, list_of_transfer_state: 'SUBMITTED' };
    await tellLate({ subresource: 'updateTransfers', asoworker: 'asyncstageout', ...states });
  }
  expect(new Set(ends().map(([transfer]) => transfer))).toEqual(new Set(['SUBMITTED']));
  await expect.poll(ends, { timeout: 30_000 }).toEqual(right);
}, 60_000);

test('where everything is told once, nobody looks again', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work);
  await work.add(report);
  await work.finish();
  await expect.poll(() => rowsIn(world, report)[0]?.transfer).toBe('DONE');
  const looks = await rig.client.workflow.count(`WorkflowId = 'task/${work.name}/rows'`);
  expect(looks.count).toBe(0);
});

test('a worker that stood still does not tell what it was about to tell: somebody else may have, and more', async () => {
  const own = await startRig(world, { policy: FAST });
  await own.stopWorkers();
  const policy = { ...FAST, crabBookkeeping: true };
  const environment = await simulatedEnvironment(world, own.server, dirname(world.siteconf), policy);
  const worker = await WorkerProcess.start(environment);
  afterAll(async () => {
    await worker.kill();
    await own.close();
  });
  const work = new TestTask(world, own);
  const report = await known(work);
  const { id } = theFile(report);
  // It has to tell the word again, looks at the rows before, and stands still meanwhile: the word is still to be told when it goes on.
  faults.add({ method: 'POST', path: 'filetransfers', containing: `${id}.*SUBMITTED`, action: 'answer', times: 1 });
  const thaw = Promise.withResolvers<void>();
  const look = faults.add({ method: 'GET', path: 'fileusertransfers', until: thaw.promise, times: 1 });
  await work.add(report);
  await expect.poll(() => look.used, { timeout: 30_000 }).toBe(1);
  process.kill(worker.pid, 'SIGSTOP');
  await sleep(4_000);
  thaw.resolve();
  process.kill(worker.pid, 'SIGCONT');
  const batch = own.client.workflow.getHandle(transferBatchId(work.name, 1));
  const failures = async () =>
    (await batch.describe()).raw.pendingActivities?.map(({ lastFailure }) => lastFailure?.message ?? '').join();
  await expect.poll(failures, { timeout: 20_000, interval: 50 }).toMatch(/not sent: this process stood still/);
  await expect.poll(() => rowsIn(world, report)[0]?.transfer, { timeout: 30_000 }).toBe('DONE');
}, 90_000);
