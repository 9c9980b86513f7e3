import { expect, test } from 'vitest';
import { jobOutcome, jobOutcomeNow, jobOutcomes, startJobOutput, type JobResult } from '../../src/client/index.ts';
import type { JobRef } from '../../src/contract/crab-record.ts';
import { jobOutputId } from '../../src/contract/ids.ts';
import { startRig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

test('many jobs of several tasks are waited for by one call; one that fails does not stop the others', async () => {
  const tasks = [new TestTask(world, rig), new TestTask(world, rig)];
  const jobs: JobRef[] = [];
  tasks[0]!.fault('out0_1', { outcome: { slowMs: 3000 } });
  for (const task of tasks)
    for (const jobId of ['1', '2', '0-3']) {
      await startJobOutput(rig.client, task.name, await task.job({ jobId, publish: false }));
      jobs.push({ task: task.name, jobId, retry: 0 });
    }
  const [{ name } = { name: '' }] = tasks;
  const unknown = { task: name, jobId: '99', retry: 0 };
  const terminated = { task: name, jobId: '1', retry: 0 };
  await rig.client.workflow.getHandle(jobOutputId(name, '1', 0)).terminate('by an operator');

  const results = new Map<JobRef, JobResult>();
  const all = [...jobs, unknown];
  for await (const result of jobOutcomes(rig.client, all, { everyMs: 200 })) results.set(result.job, result);

  expect(results.size).toBe(7);
  expect(results.get(unknown)).toMatchObject({ error: { name: 'JobNotFoundError' } });
  expect(results.get(jobs[0]!)).toMatchObject({ error: { name: 'JobFailedError', message: /by an operator/ } });
  for (const job of jobs.slice(1))
    expect(results.get(job)).toMatchObject({ outcome: { ...job, files: [{ transfer: 'DONE' }] } });
  await expect(jobOutcome(rig.client, terminated)).rejects.toThrow(
    `the wait for job 1 (retry 0) of task ${name} failed`,
  );
  for (const task of tasks) await task.finish();
});

test('more callers than Temporal takes long polls hear of the end all the same', async () => {
  // Each API has so many; workers need theirs to poll.
  const narrow = await startRig(world, { serverArgs: ['--dynamic-config-value', 'frontend.namespaceCount=60'] });
  const task = new TestTask(world, narrow);
  task.fault('', { outcome: { slowMs: 4000 } });
  const job = { task: task.name, jobId: '1', retry: 0 };
  await startJobOutput(narrow.client, task.name, await task.job({ publish: false }));
  const waits = Array.from({ length: 100 }, () => jobOutcome(narrow.client, job, { everyMs: 500 }));
  for (const { files } of await Promise.all(waits)) expect(files).toMatchObject([{ transfer: 'DONE' }]);
  await task.finish();
  await narrow.close();
}, 90_000);

test('whether a job has ended can be asked without waiting', async () => {
  const task = new TestTask(world, rig);
  task.fault('', { outcome: { slowMs: 1500 } });
  const job = { task: task.name, jobId: '1', retry: 0 };
  await expect(jobOutcomeNow(rig.client, job)).rejects.toThrow(
    `nothing waits for job 1 (retry 0) of task ${task.name}`,
  );
  await startJobOutput(rig.client, task.name, await task.job({ publish: false }));
  expect(await jobOutcomeNow(rig.client, job)).toBeNull();
  expect((await jobOutcome(rig.client, job)).files).toMatchObject([{ transfer: 'DONE' }]);
  expect(await jobOutcomeNow(rig.client, job)).toEqual(await jobOutcome(rig.client, job));
  await task.finish();
});
