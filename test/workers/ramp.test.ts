import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeCurrent, reportJob } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { errorLine, runAso } from '../cli/run-aso.ts';
import { changedWorkflows } from '../support/changed-workflows.ts';
import { FAST } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

// Version B, the rig's, has workflows that were changed behind `patched`; version A, those of `src`, is a process, and so is `aso`.
const { world, rig } = await useRig({
  settings: { ASO_WORKER_BUILD_ID: 'B' },
  workflowBundle: await changedWorkflows('guarded'),
});
const folder = await mkdtemp(join(tmpdir(), 'aso-ramp-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const env = await simulatedEnvironment(world, rig.server, folder, FAST);
const aso = (...args: string[]) => runAso(['deployment', ...args], { env });

const TASKS = 8;

/** A task with a file that has arrived, and no end. */
async function openTask(): Promise<TestTask> {
  const task = new TestTask(world, rig);
  await task.add(await task.job());
  await expect.poll(() => task.transfer()).toEqual({ DONE: 1 });
  return task;
}

/** Version whose workers worked on a task last. */
async function versionOf({ name }: TestTask): Promise<string | undefined> {
  const { raw } = await rig.client.workflow.getHandle(stageOutId(name)).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

async function byVersion(tasks: readonly TestTask[]): Promise<Record<'A' | 'B', TestTask[]>> {
  const versions = await Promise.all(tasks.map(versionOf));
  const of = (version: string): TestTask[] => tasks.filter((_, at) => versions[at] === version);
  return { A: of('A'), B: of('B') };
}

test('a version is tried with a share of the workflows, and taken back: what it has changed waits for it, all else goes on', async () => {
  const a = await WorkerProcess.start({ ...env, ASO_WORKER_BUILD_ID: 'A' });
  afterAll(() => a.stop());
  await makeCurrent(rig.client, 'asyncstageout', 'A', 30_000);

  expect(await aso('ramp', 'B', '50')).toMatchObject({ code: 0, out: 'Version B gets 50 % of the workflows.\n' });
  expect((await aso('show')).out).toMatch(/\bB .*tried with 50 %/);
  const tasks = await Promise.all(Array.from({ length: TASKS }, openTask));
  const { A, B } = await byVersion(tasks);
  expect([A.length > 0, B.length > 0, A.length + B.length]).toEqual([true, true, TASKS]);

  // `aso` is of version A: it says what A could not go on with.
  const { code, out } = await aso('check', '--query', 'WorkflowType = "stageOut"', '--json');
  const { broken } = JSON.parse(out) as { broken: { workflowId: string }[] };
  expect([code, broken.map(({ workflowId }) => workflowId).sort()]).toEqual([1, B.map(({ name }) => stageOutId(name)).sort()]); // prettier-ignore

  expect(await aso('ramp', 'B', '0')).toMatchObject({ code: 0, out: 'Version B is no longer tried.\n' });
  expect((await aso('show')).out).not.toContain('tried with');
  const later = await Promise.all(Array.from({ length: 2 }, openTask));
  expect((await byVersion(later)).A).toHaveLength(2);
  for (const task of [...A, ...B]) await reportJob(rig.client, task.name, await task.job({ jobId: '2' }));
  for (const task of A) await expect.poll(() => task.transfer()).toEqual({ DONE: 2 });
  const [waiting] = B;
  await expect.poll(() => failedTasksOf(waiting!)).toBeGreaterThan(0);

  expect(await aso('current', 'B')).toMatchObject({ code: 0 });
  const totals = await Promise.all(tasks.map((task) => task.finish()));
  expect(totals.map(({ transfer, publication }) => [transfer, publication])).toEqual(tasks.map(() => [{ DONE: 2 }, { DONE: 2 }])); // prettier-ignore
  expect(tasks.map((task) => task.allCopies().length)).toEqual(tasks.map(() => 2));
}, 120_000);

/** Workflow tasks of a task that failed. */
async function failedTasksOf({ name }: TestTask): Promise<number> {
  const { events } = await rig.client.workflow.getHandle(stageOutId(name)).fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
}

test('what cannot be tried is refused', async () => {
  const ends = await Promise.all([
    aso('ramp', 'C', '5', '--wait', '0'),
    aso('ramp', 'B', '101'),
    aso('ramp', 'B'),
    aso('ramp', 'B C', '5'),
    runAso(['deployment', 'ramp', 'B', '5']),
  ]);
  expect(ends.map(({ code, err }) => [code, err])).toEqual([
    [4, errorLine('start workers with ASO_WORKER_BUILD_ID')],
    [2, errorLine('from 0 to 100')],
    [2, errorLine('percent')],
    [2, errorLine('build-id')],
    [3, errorLine('cannot reach Temporal')],
  ]);
});
