import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addRows, rowsIn } from '../support/crab-rows.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';
import { runAso } from './run-aso.ts';

let world: World;
let rig: Rig;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { policy: { crabBookkeeping: true } });
  env = {
    TEMPORAL_ADDRESS: rig.server.address,
    TEMPORAL_NAMESPACE: rig.server.namespace,
    ASO_CRAB_URL: world.crab.restUrl,
    ASO_POLICY_CRAB_BOOKKEEPING: 'true',
  };
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

it('refuses to pull what CRAB would never hear of again', async () => {
  const { code, err } = await runAso(['pull', '--as', 'x', '--once']);
  expect(code).toBe(2);
  expect(err).toContain('policy.crabBookkeeping: must be true');
});

it.each([
  [['pull'], '--as'],
  [['pull', '--as', 'a%'], 'letters, digits'],
  [['pull', '--as', 'a', '--limit', '10'], 'from 1000 to 100000'],
])('refuses %j', async (args, text) => {
  const { code, err } = await runAso(args);
  expect([code, err.includes(text)]).toEqual([2, true]);
});

it('pulls once, tells what it came to, and fails where a part of the round did', async () => {
  const work = new TestTask(world, rig);
  const report = await work.job({ outputs: 2, publish: false });
  addRows(world, work.name, report);
  const { code, err } = await runAso(['pull', '--as', 'once', '--once'], { env });
  const lines = err.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
  expect(lines.at(-1)).toMatchObject({ msg: 'pulled', acquired: 2, reported: 2, bad: 0, failed: 0 });
  expect(code).toBe(0);
  await work.finish();
  await expect.poll(() => rowsIn(world, report).map((row) => row?.transfer)).toEqual(['DONE', 'DONE']);
  world.crab.server.faults.outage(60_000);
  expect((await runAso(['pull', '--as', 'once', '--once'], { env })).code).toBe(1);
  world.crab.server.faults.outage(0);
});

it('ends in good order on Ctrl-C', async () => {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'pull', '--as', 'long', '--interval', '3600'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  await expect.poll(() => said, { timeout: 20_000 }).toContain('"msg":"pulled"');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
