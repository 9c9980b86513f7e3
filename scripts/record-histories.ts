/**
 * Records histories of every workflow into test/fixtures/histories, for the replay test: `node scripts/record-histories.ts`.
 * Run it when workflow code was changed on purpose in a way that old histories need not survive; otherwise use `patched`.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import { addFiles, cancelTask, closeTask, startJobOutput } from '../src/client/index.ts';
import { stageOutId } from '../src/contract/ids.ts';
import { newTask, startRig } from '../test/support/rig.ts';
import { makeJob, startWorld } from '../test/support/world.ts';

const directory = fileURLToPath(new URL('../test/fixtures/histories/', import.meta.url));
// Names depend on the order of starts: none is to be left of an earlier recording.
await rm(directory, { recursive: true, force: true });
const world = await startWorld();
// Turned over early, so that continued runs are among the histories.
const rig = await startRig(world, {
  serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'],
});
try {
  for (const scenario of [mainJob, retriedAndRerun, cancelled]) {
    const task = newTask();
    world.crab.books.addTask(task, { tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl });
    await scenario(task);
    await closeTask(rig.client, task);
    await rig.client.workflow.getHandle(stageOutId(task)).result();
    await save(scenario.name, task);
  }
} finally {
  await rig.close();
  await world.close();
}
process.exit(0);

/** Jobs in bulk and one by one, one of them awaited, published. */
async function mainJob(task: string): Promise<void> {
  const jobs = [];
  for (const jobId of ['1', '2', '3', '4']) jobs.push(await makeJob(world, { task, jobId, outputs: 2 }));
  await addFiles(rig.client, task, jobs);
  const handle = await startJobOutput(rig.client, task, await makeJob(world, { task, jobId: '5', publish: false }));
  await handle.result();
}

/** A copy that fails once, one that is refused, and a job that is run again with new bytes. */
async function retriedAndRerun(task: string): Promise<void> {
  const mine = task.replace(/\W/g, '_');
  const curl = 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts';
  world.fts.transferFaults.add({ url: `${mine}.*out0_1`, times: 1, outcome: { fail: curl } });
  const refused = 'DESTINATION [1] HTTP 403 : Permission refused';
  world.fts.transferFaults.add({ url: `${mine}.*out0_2`, outcome: { fail: refused } });
  for (const jobId of ['1', '2', '3'])
    await addFiles(rig.client, task, [await makeJob(world, { task, jobId, publish: false })]);
  const rerun = await makeJob(world, { task, jobId: '3', retry: 1, salt: 'new', publish: false });
  await addFiles(rig.client, task, [rerun]);
}

/** Files killed in FTS, and in the window. */
async function cancelled(task: string): Promise<void> {
  world.fts.transferFaults.add({ url: task.replace(/\W/g, '_'), outcome: 'hang' });
  await addFiles(rig.client, task, [await makeJob(world, { task, jobId: '1', outputs: 2 })]);
  const submitted = (): boolean => world.fts.jobs().some(({ metadata }) => metadata['task'] === task);
  while (!submitted()) await new Promise((resolve) => setImmediate(resolve));
  await addFiles(rig.client, task, [await makeJob(world, { task, jobId: '2' })]);
  await cancelTask(rig.client, task, { reason: 'recorded', by: 'alice' });
}

async function save(scenario: string, task: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  let run = 0;
  for await (const { workflowId, runId, type } of rig.client.workflow.list({
    query: `AsoTask = ${JSON.stringify(task)}`,
  })) {
    const history = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const name = `${scenario}-${type}-${++run}.bin`;
    await writeFile(`${directory}${name}`, gzipSync(proto.temporal.api.history.v1.History.encode(history).finish()));
    console.log(`${name}: ${history.events?.length} events`);
  }
}
