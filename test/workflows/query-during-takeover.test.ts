import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { addFiles, closeTask, taskStatus } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { TASK_MESSAGES, TASK_QUERIES, type TaskStatus } from '../../src/contract/messages.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import type { stageOut } from '../../src/workflows/index.ts';
import { newTask, startRig } from '../support/rig.ts';
import { makeJob, startWorld } from '../support/world.ts';

const TASKS = 5;

test('tasks that are asked for their status while nobody works on them go on as if they had not been', async () => {
  const world = await startWorld();
  const rig = await startRig(world);
  await rig.stopWorkers();
  const worker = await WorkerProcess.start({
    ...process.env,
    TEMPORAL_ADDRESS: rig.server.address,
    TEMPORAL_CONFIG_FILE: fileURLToPath(new URL('../fixtures/temporal-profile.toml', import.meta.url)),
    ...{ ASO_FTS_SERVER: world.fts.url, ASO_CRAB_URL: world.crab.restUrl, ASO_SITECONF: world.siteconf },
    ...{ ASO_POLICY_BATCH_WINDOW: '2', ASO_POLICY_FOLLOW_FIRST: '1', ASO_POLICY_FOLLOW_GRID: '1' },
  });
  const handleOf = (task: string) => rig.client.workflow.getHandle<typeof stageOut>(stageOutId(task));
  const newTasks = (): string[] => {
    const tasks = Array.from({ length: TASKS }, () => newTask());
    const urls = { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl };
    for (const task of tasks) world.crab.books.addTask(task, urls);
    return tasks;
  };
  const report = async (task: string, jobId: string, destination: string): Promise<void> =>
    handleOf(task).signal(TASK_MESSAGES.addFiles, { jobs: [await makeJob(world, { task, jobId, destination })] });
  try {
    const idle = newTasks();
    for (const task of idle) await addFiles(rig.client, task, [await makeJob(world, { task, jobId: '1' })]);
    for (const task of idle)
      await expect.poll(async () => (await taskStatus(rig.client, task)).transfer.DONE, { timeout: 20_000 }).toBe(2);
    const waiting = newTasks();
    for (const task of waiting) await addFiles(rig.client, task, [await makeJob(world, { task, jobId: '1' })]);
    await worker.kill();
    const ask = (task: string): Promise<TaskStatus> => handleOf(task).query(TASK_QUERIES.status);
    const answers = Promise.allSettled([...waiting, ...idle].map(ask));
    // What is asked passes on to the new worker 10 s after the old one was asked, what happens meanwhile (the window's timer fires, more is reported) 10 s
    // after it has happened: the answer is made of half of what the task is then told of.
    await worker.restart();
    for (const task of idle) await report(task, '2', 'T2_IT_Pisa');
    await answers;
    for (const task of idle) await report(task, '3', 'T2_US_MIT');

    for (const task of [...waiting, ...idle]) await closeTask(rig.client, task);
    for (const task of waiting)
      expect(await handleOf(task).result()).toMatchObject({ files: 2, transfer: { DONE: 2 } });
    for (const task of idle) expect(await handleOf(task).result()).toMatchObject({ files: 6, transfer: { DONE: 6 } });
  } finally {
    await worker.stop();
    // Replays all of them.
    await rig.close();
    await world.close();
  }
}, 90_000);
