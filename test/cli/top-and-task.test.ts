import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { operate } from '../../src/client/index.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';
import { runAso } from './run-aso.ts';

let world: World;
let rig: Rig;
let task: TestTask;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { settings: { ASO_OPERATIONS_REFRESH: '0.1' } });
  task = new TestTask(world, rig);
  task.fault('', { outcome: 'hang' });
  await task.add(await task.job({ outputs: 2 }));
});
afterAll(async () => {
  await task.cancel();
  await task.finish();
  await rig.close();
  await world.close();
});

const env = () => ({ TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace });

test('aso top: without a terminal it is printed once, as JSON too', async () => {
  await expect.poll(() => task.copyStates()).toEqual(['ACTIVE', 'ACTIVE']);
  const { code, out } = await runAso(['top', '--interval', '0.5'], { env: env() });
  expect(code).toBe(0);
  expect(out).toContain('files  2 in FTS');
  expect(out).toMatch(new RegExp(`^${task.name} +0\\.0 .* 2 `, 'm'));
  const json = await runAso(['top', '--interval', '0.5', '--json'], { env: env() });
  expect(JSON.parse(json.out)).toMatchObject({
    users: 1,
    silent: 0,
    links: [{ name: 'T2_IT_Pisa → T2_CH_CERN', active: 2, filesPerSecond: 0 }],
    tasks: [{ name: task.name, active: 2 }],
  });
}, 60_000);

/** Runs `aso top` on a terminal of that size, and tells what it wrote so far. */
function topOnTerminal(size: { cols: number; rows: number }) {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const command = `stty cols ${size.cols} rows ${size.rows}; '${process.execPath}' '${main}' top --interval 0.5`;
  // Of util-linux: gives the command a terminal.
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...env(), TERM: 'xterm' } });
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  onTestFinished(() => void child.kill());
  return { child, out: () => out, ended: once(child, 'close').then(([code]) => code as number) };
}

test('aso top: on a terminal it is live, and q leaves it with the cursor as it was', async () => {
  const { child, out, ended } = topOnTerminal({ cols: 100, rows: 30 });
  await expect.poll(out, { timeout: 30_000 }).toMatch(/files\/s, 0 B\/s/);
  child.stdin.write('q');
  expect(await ended).toBe(0);
  expect(out()).toContain('\u001b[?25l');
  expect(out().lastIndexOf('\u001b[?25h')).toBeGreaterThan(out().lastIndexOf('\u001b[?25l'));
}, 60_000);

test('aso top: on a terminal that does not tell its size it is printed once', async () => {
  const { out, ended } = topOnTerminal({ cols: 0, rows: 0 });
  expect(await ended).toBe(0);
  expect(out()).toContain('files  2 in FTS');
}, 60_000);

test('aso task: where open tasks stand, and all about one', async () => {
  const list = await runAso(['task', 'list', '--user', 'alice'], { env: env() });
  expect(list).toMatchObject({ code: 0, err: '' });
  const row = list.out.split('\n').find((line) => line.includes(task.name)) ?? '';
  expect(
    row
      .split('│')
      .slice(2, -2)
      .map((cell) => cell.trim()),
  ).toEqual(['2', '0', '2', '0', '0', '0']);
  const show = await runAso(['task', 'show', task.name], { env: env() });
  expect(show.code).toBe(0);
  expect(show.out).toContain('T2_IT_Pisa → T2_CH_CERN');
  await task.cancel();
  const other = new TestTask(world, rig);
  await operate(rig.client, 'closeSite', { site: 'T2_US_MIT', reason: 'a test', by: 'operator' });
  await other.add(await other.job({ source: 'T2_US_MIT' }));
  await expect.poll(() => other.transfer()).toEqual({ HELD: 1 });
  const stuck = await runAso(['task', 'show', other.name], { env: env() });
  expect(stuck.out).toContain('site T2_US_MIT (source) is closed: 1 file, 1 task, 1 user');
  await operate(rig.client, 'openSite', { site: 'T2_US_MIT', reason: 'a test', by: 'operator' });
  expect(await other.finish()).toMatchObject({ transfer: { DONE: 1 } });
}, 60_000);
