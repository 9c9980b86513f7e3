import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { afterAll, expect, test } from 'vitest';
import { makeCurrent, workerVersions } from '../../src/client/index.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { ReadAheadError } from '../../src/workflows/read-ahead.ts';
import { runAso } from '../cli/run-aso.ts';
import { changedWorkflows } from '../support/changed-workflows.ts';
import { FAST } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const DEPLOYMENT = 'asyncstageout';

// Version B is the rig's workers, which stand still at first; those of version A are processes, so that they can be killed.
const { world, rig } = await useRig({
  settings: { ASO_WORKER_BUILD_ID: 'B' },
  workflowBundle: await changedWorkflows('guarded'),
});
const folder = await mkdtemp(join(tmpdir(), 'aso-roll-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('workers are replaced by a next version under load, some in good order and some killed: every file arrives once, and no workflow is stuck', async () => {
  await rig.stopWorkers();
  const environment = await simulatedEnvironment(world, rig.server, folder, FAST);
  const startA = () => WorkerProcess.start({ ...environment, ASO_WORKER_BUILD_ID: 'A' });
  const [ending, dying] = await Promise.all([startA(), startA()]);
  await makeCurrent(rig.client, DEPLOYMENT, 'A', 30_000);

  const tasks = Array.from({ length: 6 }, () => new TestTask(world, rig));
  let jobs = 0;
  let isLoaded = true;
  const load = (async () => {
    for (; isLoaded; jobs++) {
      const task = tasks[jobs % tasks.length]!;
      await task.add(await task.job({ jobId: String(jobs + 1), outputs: 2, source: world.sites[jobs % 3]! }));
      await sleep(50);
    }
  })();
  const done = async (): Promise<number> =>
    (await Promise.all(tasks.map((task) => task.transfer().catch(() => null)))).reduce((sum, counts) => sum + (counts?.DONE ?? 0), 0); // prettier-ignore
  await expect.poll(done).toBeGreaterThan(10);

  await rig.restartWorkers();
  await makeCurrent(rig.client, DEPLOYMENT, 'B', 30_000);
  const { current, versions } = await workerVersions(rig.client, DEPLOYMENT);
  expect([current, versions.map(({ buildId }) => buildId).sort()]).toEqual(['B', ['A', 'B']]);
  await ending.stop();
  await dying.kill();
  const before = await done();
  await expect.poll(done).toBeGreaterThan(before + 10);
  isLoaded = false;
  await load;

  const totals = await Promise.all(tasks.map((task) => task.finish()));
  const sum = (part: 'transfer' | 'publication') => totals.reduce((all, total) => all + (total[part].DONE ?? 0), 0);
  expect([sum('transfer'), sum('publication')]).toEqual([2 * jobs, 2 * jobs]);
  const destinations = tasks.flatMap((task) => task.allCopies().map(({ destination }) => destination));
  expect([destinations.length, new Set(destinations).size]).toEqual([2 * jobs, 2 * jobs]);
  const { workflowTaskFailures, patched } = await whatHistoriesTell();
  expect(workflowTaskFailures).toEqual([]);
  expect(patched).toBeGreaterThan(0);
}, 90_000);

test('operators see which version gets the work; one that serves no queue does not get it', async () => {
  const env = { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace };
  const { out } = await runAso(['deployment', 'show'], { env });
  expect(out).toMatch(/^asyncstageout\n/);
  expect(out).toMatch(/\bB .*current.*all/);
  expect(out).toMatch(/\bA .*none/);
  const { code, err } = await runAso(['deployment', 'current', 'C', '--wait', '0'], { env });
  expect([code, err]).toEqual([4, expect.stringContaining('start workers with ASO_WORKER_BUILD_ID')]);
});

/**
 * How workflow tasks failed, and how many executions went on with the changed code. Left out are those that were merely overtaken by a message, and those of
 * tasks that were asked between two workers, which are read again (docs/adr/0015-read-ahead.md).
 */
async function whatHistoriesTell(): Promise<{ workflowTaskFailures: string[]; patched: number }> {
  const { EventType, WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
  const overtaken = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;
  const workflowTaskFailures: string[] = [];
  let patched = 0;
  for await (const { workflowId, runId } of rig.client.workflow.list()) {
    const history = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { workflowTaskFailedEventAttributes: failed } of history.events ?? [])
      if (failed && failed.cause !== overtaken && failed.failure?.applicationFailureInfo?.type !== ReadAheadError.name)
        workflowTaskFailures.push(`${workflowId}: ${failed.failure?.message}`);
    if (history.events?.some(({ eventType }) => eventType === EventType.EVENT_TYPE_MARKER_RECORDED)) patched += 1;
  }
  return { workflowTaskFailures, patched };
}
