import { afterAll, beforeAll, expect, test } from 'vitest';
import { operate, operatorRules, RequestRefusedError, setTaskPriority } from '../../src/client/index.ts';
import { startFtsSimulator, type FtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const BY = { reason: 'downtime', by: 'bob' };
/** Seconds: nobody looks at FTS by itself within the time of a test. */
const LATE = 90;

let world: World;
let other: FtsSimulator;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  other = await startFtsSimulator({ tickMs: 20 });
  rig = await startRig(world, {
    policy: { followFirst: LATE, followMax: LATE },
    settings: { ASO_OPERATIONS_REFRESH: '0.1' },
  });
});
afterAll(async () => {
  await rig.close();
  await other.close();
  await world.close();
});

test('what FTS has of a closed site is called back at once, not when it is looked at next', async () => {
  const work = new TestTask(world, rig);
  work.fault('out0_1', { outcome: 'hang' });
  await work.add(await work.job());
  await expect.poll(() => work.copyStates()).toEqual(['ACTIVE']);
  await operate(rig.client, 'closeSite', { site: 'T2_IT_Pisa', direction: 'source', cancelActive: true, ...BY });
  await expect.poll(() => work.transfer()).toEqual({ HELD: 1 });
  expect(work.copyStates()).toEqual(['CANCELED']);
  await operate(rig.client, 'openSite', { site: 'T2_IT_Pisa', ...BY });
});

test('copies go to the server that was chosen for their destination, those of tasks that are open already, too', async () => {
  const work = new TestTask(world, rig);
  work.fault('', { outcome: 'hang' });
  await work.add(await work.job());
  await expect.poll(() => work.ftsJobs().length).toBe(1);
  await operate(rig.client, 'setServer', { site: 'T2_CH_CERN', server: `${other.url}/`, ...BY });
  expect((await operatorRules(rig.client)).servers).toMatchObject([{ site: 'T2_CH_CERN', server: other.url }]);
  await work.add(await work.job({ jobId: '2' }));
  await expect.poll(() => other.jobs().length).toBe(1);
  // The task itself knows by now: its next batch goes there right away.
  await work.add(await work.job({ jobId: '3' }));
  await expect.poll(() => other.jobs().length).toBe(2);
  expect(work.ftsJobs()).toHaveLength(1);
  await operate(rig.client, 'setServer', { site: 'T2_CH_CERN', server: null, ...BY });
});

test("a user's priority is that of their copies, those in FTS already, too; that of a task goes before it", async () => {
  const [alice, carol] = [new TestTask(world, rig), new TestTask(world, rig, 'carol')];
  for (const work of [alice, carol]) {
    work.fault('', { outcome: 'hang' });
    await work.add(await work.job({ source: 'T2_DE_DESY' }));
    await expect.poll(() => work.copyStates()).toEqual(['ACTIVE']);
  }
  await operate(rig.client, 'setPriority', { user: 'alice', priority: 5, ...BY });
  const priorities = (work: TestTask) => work.ftsJobs().map(({ priority }) => priority);
  await expect.poll(() => priorities(alice)).toEqual([5]);
  await alice.add(await alice.job({ jobId: '2', source: 'T2_DE_DESY' }));
  await expect.poll(() => priorities(alice)).toEqual([5, 5]);
  await setTaskPriority(rig.client, alice.name, { priority: 2 });
  await expect.poll(() => priorities(alice)).toEqual([2, 2]);
  // Looked at again, for alice's sake: the task's still counts.
  await operate(rig.client, 'setPriority', { user: 'alice', priority: 4, ...BY });
  await operate(rig.client, 'setPriority', { user: 'carol', priority: 1, ...BY });
  await expect.poll(() => priorities(carol)).toEqual([1]);
  expect(priorities(alice)).toEqual([2, 2]);
});

test('a server that credentials must not be sent to is refused', async () => {
  const server = 'https://fts.elsewhere.example:8446';
  const refused = operate(rig.client, 'setServer', { site: 'T2_CH_CERN', server, ...BY });
  await expect(refused).rejects.toThrow(RequestRefusedError);
  await expect(refused).rejects.toThrow('setServer: server: must be at a host that may be named (ftsHosts)');
});
