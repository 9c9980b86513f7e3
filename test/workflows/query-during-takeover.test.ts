import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { addFiles, closeTask } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { TASK_QUERIES, type TaskTotals } from '../../src/contract/messages.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
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
  try {
    const tasks = Array.from({ length: TASKS }, () => newTask());
    const handleOf = (task: string) => rig.client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task));
    for (const task of tasks) {
      world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
      await addFiles(rig.client, task, [await makeJob(world, { task, jobId: '1' })]);
    }
    await worker.kill();
    // The window's timer fires while nobody is there.
    for (const task of tasks)
      await expect
        .poll(async () => (await handleOf(task).fetchHistory()).events?.some((e) => e.timerFiredEventAttributes))
        .toBe(true);
    const answers = Promise.allSettled(tasks.map((task) => handleOf(task).query(TASK_QUERIES.status)));
    await worker.restart();
    await answers;

    for (const task of tasks) await closeTask(rig.client, task);
    for (const task of tasks) expect(await handleOf(task).result()).toMatchObject({ files: 2, transfer: { DONE: 2 } });
  } finally {
    await worker.stop();
    // Replays all of them.
    await rig.close();
    await world.close();
  }
}, 90_000);
