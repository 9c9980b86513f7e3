import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { resetRun } from '../../src/chaos/reset-run.ts';
import { retryTask } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { TASK_MESSAGES, type CancelRequest } from '../../src/contract/messages.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { startRig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

/** Blocks of an open task fill for longer than a test lasts. */
const policy: Partial<Policy> = { crabBookkeeping: true };
const { world, rig } = await useRig({ policy });

/**
 * Resets a task's workflow to before one of its decisions, as an operator does in Temporal's UI.
 * @param at index of the decision, from the end where below 0
 * @param runId a run that is to be reset. @default the current one
 */
async function resetTask(client: Client, task: string, at: number, runId?: string): Promise<void> {
  const workflowId = stageOutId(task);
  const base = runId ?? (await client.workflow.getHandle(workflowId).describe()).runId;
  const { events } = await client.workflow.getHandle(workflowId, base).fetchHistory();
  const decisions = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  await resetRun(client, workflowId, base, Number(decisions.at(at)?.eventId));
}

/** How often each copy was begun that FTS was asked for. */
const begun = (work: TestTask): number[] => work.copies().map(({ attempts }) => attempts.length);

/** Copies of a task's files wait until this is called. */
function heldCopies(work: TestTask, lfn = ''): () => void {
  const copied = Promise.withResolvers<void>();
  work.fault(lfn, { outcome: { until: copied.promise } });
  return copied.resolve;
}

test.for([0, 1, 2, -1])('a task that is reset to decision %i goes on with all that it knew', async (at) => {
  const work = new TestTask(world, rig);
  const copy = heldCopies(work);
  await work.add(await work.job({ jobId: '1', outputs: 2 }));
  await expect.poll(() => work.copyStates()).toEqual(['ACTIVE', 'ACTIVE']);
  await work.add(await work.job({ jobId: '2' }));
  await expect.poll(() => work.copyStates()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
  await resetTask(rig.client, work.name, at);
  await expect.poll(() => work.transfer()).toEqual({ SUBMITTED: 3 });
  copy();
  await work.add(await work.job({ jobId: '3' }));
  expect(await work.finish()).toMatchObject({ files: 4, transfer: { DONE: 4 }, publication: { DONE: 4 } });
  expect(begun(work)).toEqual([1, 1, 1, 1]);
  expect(work.published()).toHaveLength(4);
});

test('what was cancelled before, and tried again, is not cancelled once more, nor is what came later', async () => {
  const work = new TestTask(world, rig);
  const copy = heldCopies(work, '.*_1\\.');
  await work.add(await work.job({ jobId: '1' }));
  await expect.poll(() => work.copyStates()).toEqual(['ACTIVE']);
  const task = rig.client.workflow.getHandle(stageOutId(work.name));
  await task.signal<[CancelRequest]>(TASK_MESSAGES.cancel, { reason: 'the user asked', by: 'alice' });
  await expect.poll(() => work.transfer()).toEqual({ KILLED: 1 });
  copy();
  await work.add(await work.job({ jobId: '2' }));
  await expect.poll(() => work.transfer()).toEqual({ KILLED: 1, DONE: 1 });
  const hold = heldCopies(work, '');
  await work.add(await work.job({ jobId: '3' }));
  await work.cancel({ jobs: ['3'] });
  await expect.poll(() => work.transfer()).toEqual({ KILLED: 2, DONE: 1 });
  await work.add(await work.job({ jobId: '4' }));
  await expect.poll(() => work.transfer()).toEqual({ KILLED: 2, DONE: 1, SUBMITTED: 1 });
  await resetTask(rig.client, work.name, 0);
  await expect.poll(() => work.transfer()).toEqual({ KILLED: 2, DONE: 1, SUBMITTED: 1 });
  hold();
  expect(await work.finish()).toMatchObject({ transfer: { KILLED: 2, DONE: 2 }, publication: { DONE: 2 } });
});

test('what comes while nobody works, before a reset and behind it, is carried out once', async () => {
  const own = await startRig(world, { policy });
  const work = new TestTask(world, own);
  const copy = heldCopies(work);
  await work.add(await work.job({ jobId: '1' }));
  await expect.poll(() => work.copyStates()).toEqual(['ACTIVE']);
  const jobs = await Promise.all(['2', '3'].map((jobId) => work.job({ jobId })));
  await own.stopWorkers();
  const task = own.client.workflow.getHandle(stageOutId(work.name));
  await task.signal(TASK_MESSAGES.addFiles, { jobs: [jobs[0]] });
  await task.signal<[CancelRequest]>(TASK_MESSAGES.cancel, { jobs: ['1'], reason: 'the user asked', by: 'alice' });
  await resetTask(own.client, work.name, 1);
  await task.signal(TASK_MESSAGES.addFiles, { jobs: [jobs[1]] });
  await resetTask(own.client, work.name, 0);
  await own.restartWorkers();
  await expect.poll(() => work.transfer(), { timeout: 20_000 }).toEqual({ KILLED: 1, SUBMITTED: 2 });
  copy();
  expect(await work.finish()).toMatchObject({ files: 3, transfer: { KILLED: 1, DONE: 2 } });
  expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED', 'FINISHED']);
  await own.close();
}, 60_000);

test('a task that is reset behind its end ends again, and knows its files when it is joined', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job();
  await work.add(report);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
  await resetTask(rig.client, work.name, 1);
  expect(await work.result()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(await work.add(report)).toMatchObject({ accepted: 0, known: 1 });
  await work.add(await work.job({ jobId: '2' }));
  await resetTask(rig.client, work.name, 0);
  expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 }, publication: { DONE: 2 } });
  expect(begun(work)).toEqual([1, 1]);
  expect(work.published()).toHaveLength(2);
});

test('a file that failed and was tried again, and one whose job ran again, are not taken back by a reset', async () => {
  const work = new TestTask(world, rig);
  work.fault('out0', { times: 1, outcome: { fail: 'DESTINATION [13] no, not there', recoverable: false } });
  const report = await work.job({ jobId: '1' });
  await work.add(report);
  await expect.poll(() => work.transfer()).toEqual({ FAILED: 1 });
  await retryTask(rig.client, work.name, {});
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  const newer = await work.job({ jobId: '1', retry: 1, salt: 'again' });
  const bytes = await work.atSource(theFile(newer));
  await work.add(newer);
  await expect.poll(() => work.copyStates()).toEqual(['FAILED', 'FINISHED', 'FINISHED']);
  await resetTask(rig.client, work.name, 0);
  await expect.poll(() => work.transfer()).toEqual({ DONE: 1 });
  await resetTask(rig.client, work.name, -1);
  expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
  expect(work.copyStates()).toEqual(['FAILED', 'FINISHED', 'FINISHED']);
  expect(await work.arrived(theFile(newer))).toBe(bytes);
});

test('a run that had long continued as new, reset, goes on with what the latest one knew', async () => {
  const own = await startRig(world, {
    policy: { ...policy, batchWindow: 0.05 },
    serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'],
  });
  const work = new TestTask(world, own);
  const copy = heldCopies(work);
  const runId = async (): Promise<string> =>
    (await own.client.workflow.getHandle(stageOutId(work.name)).describe()).runId;
  await work.add(await work.job({ jobId: '1' }));
  const first = await runId();
  let jobs = 1;
  while ((await runId()) === first && jobs < 30) {
    jobs += 1;
    await work.add(await work.job({ jobId: String(jobs) }));
    await expect.poll(() => work.status()).toMatchObject({ files: jobs, batches: { inWindow: 0 } });
  }
  await expect.poll(() => work.copies()).toHaveLength(jobs);
  await resetTask(own.client, work.name, 0, first);
  await expect.poll(() => work.transfer(), { timeout: 20_000 }).toEqual({ SUBMITTED: jobs });
  copy();
  expect(await work.finish()).toMatchObject({ files: jobs, transfer: { DONE: jobs }, publication: { DONE: jobs } });
  expect(new Set(begun(work))).toEqual(new Set([1]));
  expect(work.copies()).toHaveLength(jobs);
  await own.close();
}, 60_000);
