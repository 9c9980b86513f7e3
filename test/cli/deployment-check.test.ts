import { expect, test } from 'vitest';
import { stageOutId } from '../../src/contract/ids.ts';
import type { ReplayReport } from '../../src/workers/replay-open-runs.ts';
import { changedWorkflows } from '../support/changed-workflows.ts';
import type { Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { errorLine, runAso } from './run-aso.ts';

const { world, rig } = await useRig();
// Workflows that do something else than those that `aso` comes with.
const { rig: other } = await useRig({ workflowBundle: await changedWorkflows('unguarded') });

const check = ({ server }: Rig, ...args: string[]) =>
  runAso(['deployment', 'check', ...args], {
    env: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace },
  });

/** A task with a file that FTS does not come to an end with. @returns its name */
async function openTask(at: Rig): Promise<string> {
  const task = new TestTask(world, at);
  task.fault('', { outcome: 'hang' });
  await task.add(await task.job({ publish: false }));
  await expect.poll(() => task.transfer()).toEqual({ SUBMITTED: 1 });
  return task.name;
}

test('where nothing runs nothing can break', async () => {
  expect(await check(rig)).toMatchObject({ code: 0, out: 'No workflow is open.\n', err: '' });
});

test('what runs on the same workflows goes on', async () => {
  const task = await openTask(rig);
  const { code, out, err } = await check(rig, '--query', `AsoTask = "${task}"`);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(
    'Replayed 2 open workflows (1 stageOut, 1 transferBatch): this version can go on with all of them.\n',
  );
});

test('what runs on other workflows is named, with what stands in the way', async () => {
  const task = await openTask(other);
  const query = ['--query', `AsoTask = "${task}"`];
  const { code, out, err } = await check(other, ...query);
  expect(code).toBe(1);
  expect(err).toBe('error: 2 open workflows could not go on with this version and these settings\n');
  expect(out).toContain('Replayed 2 open workflows (1 stageOut, 1 transferBatch): 2 could not go on.');
  expect(out).toMatch(new RegExp(`^${stageOutId(task)} .*\\n {4}nondeterminism: `, 'm'));
  const { out: json } = await check(other, ...query, '--json');
  const { runs, broken } = JSON.parse(json) as ReplayReport;
  expect(runs).toEqual({ stageOut: 1, transferBatch: 1 });
  expect(broken.map(({ workflowId, type }) => [workflowId, type])).toContainEqual([stageOutId(task), 'stageOut']);
});

test('what is wrong is said in a line', async () => {
  const nobodys = { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: 'nobodys' };
  const ends = await Promise.all([
    check(rig, '--query', 'AsoUser ='),
    runAso(['deployment', 'check'], { env: nobodys }),
    runAso(['deployment', 'check', '0.2.0']),
    runAso(['deployment', 'check']),
  ]);
  expect(ends.map(({ code, err }) => [code, err])).toEqual([
    [1, errorLine('ExecutionStatus = "Running" AND \\(AsoUser =\\): ')],
    [3, errorLine('namespace nobodys')],
    [2, errorLine('too many arguments')],
    [3, errorLine('cannot reach Temporal at 127.0.0.1:1')],
  ]);
});
