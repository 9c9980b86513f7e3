import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listTasks } from '../../src/client/index.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';
import { runAso, type Ended } from './run-aso.ts';

/** Each runs several processes. */
const SLOW = 120_000;
const FORBIDDEN = 'DESTINATION [13] Permission denied';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld({ activePerLink: 100 });
  rig = await startRig(world);
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

const env = () => ({ TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace });
const aso = (...args: string[]): Promise<Ended> => runAso(args, { env: env() });

async function hangingTasks(user: string, count: number): Promise<TestTask[]> {
  const tasks = Array.from({ length: count }, () => new TestTask(world, rig, user));
  for (const task of tasks) {
    task.fault('', { outcome: 'hang' });
    await task.add(await task.job(), await task.job({ jobId: '2', source: 'T2_US_MIT' }));
  }
  for (const task of tasks) await expect.poll(() => task.copyStates()).toEqual(['ACTIVE', 'ACTIVE']);
  await expect.poll(() => listTasks(rig.client, { user, running: true })).toHaveLength(count);
  return tasks;
}

test(
  'a bulk cancel shows what it is about, does nothing unconfirmed, and says what it did',
  async () => {
    const tasks = await hangingTasks('bulk', 3);
    const bystander = new TestTask(world, rig, 'other');
    bystander.fault('', { outcome: 'hang' });
    await bystander.add(await bystander.job());
    const args = ['cancel', '--user', 'bulk', '--source', 'T2_US_MIT', '--reason', 'a test'];

    const shown = await aso(...args, '--dry-run');
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toContain('3 files of 3 tasks:');
    for (const { name } of tasks) expect(shown.out).toContain(name);
    const unconfirmed = await aso(...args);
    expect(unconfirmed).toMatchObject({ code: 2 });
    expect(unconfirmed.err).toContain('--yes does it');
    for (const task of tasks) expect(await task.transfer()).toEqual({ SUBMITTED: 2 });

    const done = await aso(...args, '--yes');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('3 tasks of 3: asked\n3 files being cancelled');
    for (const task of tasks) await expect.poll(() => task.transfer()).toEqual({ SUBMITTED: 1, KILLED: 1 });
    expect(await bystander.transfer()).toEqual({ SUBMITTED: 1 });

    const again = await aso(...args, '--yes');
    expect(again.out).toContain('0 files of 0 tasks');
    for (const task of [...tasks, bystander]) {
      await task.cancel();
      await task.finish();
    }
  },
  SLOW,
);

test(
  'files of all tasks that failed for one reason at one site are tried again together',
  async () => {
    const tasks = [new TestTask(world, rig, 'forbidden'), new TestTask(world, rig, 'forbidden')];
    for (const task of tasks) {
      task.fault('out0_1', { times: 1, outcome: { fail: FORBIDDEN } });
      await task.add(await task.job(), await task.job({ jobId: '2', destination: 'T2_DE_DESY' }));
      await expect.poll(() => task.transfer()).toEqual({ FAILED: 1, DONE: 1 });
    }
    const elsewhere = await aso('retry', '--destination', 'T2_DE_DESY', '--class', 'permission', '--yes');
    expect(elsewhere.out).toContain('0 files of 0 tasks');
    const retried = await aso('retry', '--destination', 'T2_CH_CERN', '--class', 'permission', '--yes');
    expect(retried.out).toContain('2 files of 2 tasks:');
    expect(retried.out).toContain('2 files to be tried again');
    for (const task of tasks) expect(await task.finish()).toMatchObject({ transfer: { DONE: 2 } });
  },
  SLOW,
);

test(
  'a priority and a pause reach the tasks that a list filter finds',
  async () => {
    const tasks = await hangingTasks('filtered', 2);
    const query = `AsoUser = 'filtered'`;
    const paused = await aso('pause', '--query', query, '--yes');
    expect(paused.out).toContain('2 tasks of 2: paused');
    const first = await aso('priority', '5', '--query', query, '--yes');
    expect(first.out).toContain('4 files of priority 5 from now on');
    for (const task of tasks) {
      expect(await task.status()).toMatchObject({ paused: true, priority: 5 });
      await expect.poll(() => task.ftsJobs().map(({ priority }) => priority)).toEqual([5, 5]);
    }
    expect((await aso('resume', '--user', 'filtered', '--yes')).out).toContain('2 tasks of 2: goes on');
    const broken = await aso('pause', '--query', 'nonsense', '--yes');
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.err).toMatch(/error:.*query/);
    for (const task of tasks) {
      await task.cancel();
      await task.finish();
    }
  },
  SLOW,
);

test(
  'an interrupt in the middle says what was done',
  async () => {
    const tasks = await hangingTasks('interrupted', 12);
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const args = [main, 'cancel', '--user', 'interrupted', '--reason', 'a test', '--yes'];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env() }, stdio: 'pipe' });
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    await expect.poll(() => out, { interval: 5 }).toContain('12 tasks:');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(130);
    const [, done = ''] = /(\d+) tasks? of 12: asked/.exec(out) ?? [];
    expect(Number(done)).toBeLessThan(12);
    expect(err).toContain(`${12 - Number(done)} task`);
    expect(err).toContain('not asked: interrupted');
    const killed = await Promise.all(tasks.map(async (task) => !('SUBMITTED' in (await task.transfer()))));
    expect(killed.filter(Boolean)).toHaveLength(Number(done));
    for (const task of tasks) {
      await task.cancel();
      await task.finish();
    }
  },
  SLOW,
);

test(
  'what is not clear is refused, with what to say instead',
  async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, err } = await aso(...args);
      expect(code).toBe(2);
      return err;
    };
    expect(await refused('retry')).toContain('name a task, or say which');
    expect(await refused('cancel', '--reason', 'x', '--all', '--user', 'a')).toContain("'--all' cannot be used with");
    expect(await refused('pause', '261123_101500:alice_crab_x', '--user', 'a')).toContain('which of them?');
    expect(await refused('pause', '--all', '--user', 'a')).toContain('a task is wanted, or --all, not both');
    expect(await refused('pause', '261123_101500:alice_crab_x', '--source', 'T2_X')).toContain('whole task');
    expect(await refused('retry', '--all', '--class', 'spcae')).toContain('Allowed are deadline, timeout');
    expect(await refused('priority', '6', '--all')).toContain('from 1 to 5');
  },
  SLOW,
);
