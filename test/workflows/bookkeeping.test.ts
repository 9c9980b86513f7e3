import { expect, test } from 'vitest';
import { transferBatchId } from '../../src/contract/ids.ts';
import { crabFileId } from '../../src/domain/digest.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { addRows, rowsIn } from '../support/crab-rows.ts';
import { startRig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig({ policy: { crabBookkeeping: true } });

/** A job of a task, in CRAB's table too. */
async function known(work: TestTask, options: Parameters<TestTask['job']>[0] = {}): Promise<JobReport> {
  const report = await work.job(options);
  addRows(world, work.name, report);
  return report;
}

/** The only row of a job. */
const rowOf = (report: JobReport) => rowsIn(world, report)[0];

test('rows say what became of each file, with its FTS job, and in whose hands it is', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work, { outputs: 2, log: true });
  await work.add(report);
  await work.finish();
  const published = { transfer: 'DONE', publication: 'DONE', reason: null, worker: 'asyncstageout' };
  await expect.poll(() => rowsIn(world, report)).toMatchObject([published, published, { transfer: 'DONE', publication: 'NOT_REQUIRED' }]); // prettier-ignore
  const ftsIds = rowsIn(world, report).map((row) => row?.ftsId);
  expect(new Set(ftsIds)).toEqual(new Set(work.ftsJobs().map(({ jobId }) => jobId)));
});

test.each([
  ['commas', 'DESTINATION [13] one, two, three', 'DESTINATION [13] one; two; three'],
  ['line breaks and quotes', `DESTINATION [13] "it's"\nforbidden\r\n'so'`, `DESTINATION [13] "it's" forbidden 'so`],
])('a reason with %s reaches its row, and no other', async (_, fail, said) => {
  const work = new TestTask(world, rig);
  const bad = await known(work, { publish: false });
  const worse = await known(work, { jobId: '2', publish: false });
  work.fault('out0_1', { outcome: { fail, recoverable: false } });
  work.fault('out0_2', { outcome: { fail: 'DESTINATION [13] second', recoverable: false } });
  await work.add(bad, worse);
  await work.finish();
  await expect.poll(() => rowOf(bad)).toMatchObject({ transfer: 'FAILED', reason: said });
  await expect.poll(() => rowOf(worse)).toMatchObject({ transfer: 'FAILED', reason: 'DESTINATION [13] second' });
});

test('a reason of any length is cut to what CRAB keeps', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work, { publish: false });
  work.fault('out0', {
    outcome: { fail: `DESTINATION [13] Permission denied, ${'é, '.repeat(900)}`, recoverable: false },
  });
  await work.add(report);
  await work.finish();
  await expect.poll(() => rowOf(report)).toMatchObject({ transfer: 'FAILED' });
  expect(rowOf(report)?.reason).toMatch(/^DESTINATION \[13\] Permission denied; \?; /);
  expect(rowOf(report)?.reason?.length).toBeLessThanOrEqual(1000);
});

test('rejected files are FAILED by their rule; the others of the job go on', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ outputs: 2, publish: false });
  const [good, bad] = report.files as [FileRecord, FileRecord];
  bad.destinationLfn = '/store/user/bob/stolen.root';
  addRows(world, work.name, report);
  await work.add(report);
  await work.finish();
  await expect.poll(() => rowsIn(world, report)).toMatchObject([
    { transfer: 'DONE' },
    { transfer: 'FAILED', reason: expect.stringMatching(/^rejected: destination-area: must lie in/) as string },
  ]); // prettier-ignore
  expect(good.id).not.toBe(bad.id);
});

test('what was killed stays KILLED, whether it was sent or not; a cancel under way is not told', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work, { outputs: 2, publish: false });
  work.fault('out0', { outcome: { slowMs: 2_000 } });
  work.fault('out1', { outcome: { slowMs: 2_000 } });
  await work.add(report);
  await expect.poll(() => rowOf(report)?.transfer).toBe('SUBMITTED');
  await work.cancel();
  const late = await known(work, { jobId: '2', publish: false });
  await work.add(late);
  await work.cancel({ jobs: ['2'] });
  await work.finish();
  const killed = { transfer: 'KILLED', reason: 'killed by alice: the user asked' };
  await expect.poll(() => [...rowsIn(world, report), rowOf(late)]).toMatchObject([killed, killed, killed]);
  const ids = new Set([...report.files, ...late.files].map(({ id }) => id));
  const states = world.crab.books.transfersCalls
    .filter((call) => ids.has(call.arguments['list_of_ids']?.split(',')[0] ?? ''))
    .map((call) => call.arguments['list_of_transfer_state'] ?? '');
  expect(states.join(',')).not.toMatch(/KILL(,|$)|DONE/);
});

test('CRAB down holds up nothing else, and rows are right afterwards', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work, { outputs: 3, publish: false });
  world.crab.server.faults.outage(600_000);
  await work.add(report);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 3 } });
  for (const file of report.files) expect(await work.arrived(file)).not.toBeNull();
  expect(rowsIn(world, report)).toMatchObject([{ transfer: 'NEW' }, { transfer: 'NEW' }, { transfer: 'NEW' }]);
  world.crab.server.faults.outage(0);
  const done = { transfer: 'DONE', ftsId: expect.any(String) as string };
  await expect.poll(() => rowsIn(world, report), { timeout: 60_000 }).toMatchObject([done, done, done]);
});

test.each([
  ['lost', { action: 'drop-after' }],
  ['a 500', { action: 'answer', status: 500, body: '' }],
  ['a page of the front end', { action: 'answer-after', status: 502 }],
] as const)('an answer that is %s is asked for again', async (_, fault) => {
  const work = new TestTask(world, rig);
  const report = await known(work, { publish: false });
  const added = world.crab.server.faults.add({ ...fault, method: 'POST', path: 'filetransfers', containing: theFile(report).id, times: 2 }); // prettier-ignore
  await work.add(report);
  await work.finish();
  await expect.poll(() => rowOf(report)?.transfer, { timeout: 30_000 }).toBe('DONE');
  expect(added.used).toBe(2);
});

test('a row that CRAB refuses costs no other its state', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work, { outputs: 5 });
  const [lost] = report.files as [FileRecord];
  world.crab.books.removeTransfer(lost.id);
  await work.add(report);
  await work.finish();
  await expect
    .poll(() =>
      rowsIn(world, report)
        .slice(1)
        .map((row) => row?.publication),
    )
    .toEqual(Array(4).fill('DONE'));
});

test('a row that is a newer run’s by now is left alone by what was held back', async () => {
  const work = new TestTask(world, rig);
  const report = await known(work, { publish: false });
  const { id, startTime } = theFile(report);
  const away = world.crab.server.faults.add({ path: 'filetransfers', action: 'drop-before', containing: id, times: 1 });
  await work.add(report);
  await expect.poll(() => away.used).toBe(1);
  // As PostJob does for another run of the job.
  Object.assign(world.crab.books.transfers.get(id) ?? {}, { tm_start_time: startTime + 100, tm_aso_worker: null });
  await work.finish();
  const open = `WorkflowId STARTS_WITH 'task/${work.name}/b' AND ExecutionStatus = 'Running'`;
  await expect.poll(async () => (await rig.client.workflow.count(open)).count, { timeout: 60_000 }).toBe(0);
  expect(rowOf(report)).toMatchObject({ transfer: 'NEW', worker: null });
});

test('the task does not end before CRAB knows what it rejected', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ publish: false });
  theFile(report).destinationLfn = '/store/user/bob/stolen.root';
  addRows(world, work.name, report);
  world.crab.server.faults.outage(600_000);
  await work.add(report);
  await work.close();
  await expect.poll(async () => (await work.status()).waitsFor).toEqual(['CRAB to take the states of 1 files']);
  world.crab.server.faults.outage(0);
  await work.result();
  expect(rowOf(report)).toMatchObject({ transfer: 'FAILED' });
});

test('however much a task rejects while CRAB is down, every row says so afterwards', async () => {
  const work = new TestTask(world, rig);
  const template = theFile(await work.job({ publish: false }));
  const jobs = Array.from({ length: 5_300 }, (_, i): JobReport => {
    const sourceLfn = template.sourceLfn.replace('out0_1', `bad_${i}`);
    const file = { ...template, id: crabFileId(sourceLfn), sourceLfn, destinationLfn: `/store/user/bob/stolen_${i}` };
    return { jobId: String(i + 1), retry: 0, expected: 1, files: [file] };
  });
  for (const job of jobs) addRows(world, work.name, job);
  world.crab.server.faults.outage(600_000);
  await work.add(...jobs);
  await work.close();
  await expect.poll(async () => (await work.status()).waitsFor).toEqual(['CRAB to take the states of 5300 files']);
  world.crab.server.faults.outage(0);
  expect(await work.result()).toMatchObject({ transfer: { REJECTED: 5_300 } });
  const said = new Set(jobs.map((job) => `${rowOf(job)?.transfer} ${rowOf(job)?.reason}`));
  expect([...said]).toEqual([expect.stringMatching(/^FAILED rejected: destination-area: must lie in/)]);
}, 120_000);

test('a batch that was ended by force leaves no row behind that is still SUBMITTED', async () => {
  const work = new TestTask(world, rig);
  work.fault('out0', { outcome: 'hang' });
  const report = await known(work, { publish: false });
  await work.add(report);
  await expect.poll(() => rowOf(report)?.transfer).toBe('SUBMITTED');
  await rig.client.workflow.getHandle(transferBatchId(work.name, 1)).terminate('by an operator');
  await work.cancel();
  await work.finish();
  expect(rowOf(report)).toMatchObject({ transfer: 'KILLED', reason: 'killed before it had ended' });
});

test('a CRAB that is gone for good is given up: nothing stays open for it', async () => {
  const impatient = await startRig(world, { policy: { crabBookkeeping: true, crabTimeout: 2 } });
  const work = new TestTask(world, impatient);
  const report = await known(work, { publish: false });
  const bad = await work.job({ jobId: '2', publish: false });
  theFile(bad).destinationLfn = '/store/user/bob/stolen.root';
  world.crab.server.faults.outage(600_000);
  try {
    await work.add(report, bad);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, REJECTED: 1 } });
    const open = async () => (await impatient.client.workflow.count(`ExecutionStatus = 'Running'`)).count;
    await expect.poll(open, { timeout: 30_000 }).toBe(0);
    expect(rowOf(report)).toMatchObject({ transfer: 'NEW' });
  } finally {
    world.crab.server.faults.outage(0);
    await impatient.close();
  }
});
