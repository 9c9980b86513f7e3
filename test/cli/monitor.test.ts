import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { runAso } from './run-aso.ts';

const folder = mkdtempSync(join(tmpdir(), 'aso-monitor-'));
const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: inject('temporalNamespace') };
const database = join(folder, 'monitor.sqlite');

test('aso monitor says what is wrong, and does not start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const noise = join(folder, 'noise');
  writeFileSync(noise, 'noise '.repeat(1000));
  const cases: [string[], number, RegExp][] = [
    [['--listen', `127.0.0.1:${port}`, '--database', database], 1, new RegExp(`cannot listen on 127.0.0.1:${port}: another process listens there`)], // prettier-ignore
    [['--listen', '0.0.0.0:0', '--database', database], 2, /monitor\.tokenFile: must name a file with a token/],
    [['--listen', '127.0.0.1:0', '--database', noise], 2, /is damaged or no SQLite database/],
    [['--listen', '127.0.0.1:0', '--database', join(noise, 'monitor.sqlite')], 2, /the folder of the monitor database .* cannot be made: EEXIST.*set monitor.database/], // prettier-ignore
    [['--listen', 'here'], 2, /must be host:port/],
  ];
  const ends = await Promise.all(cases.map(([args]) => runAso(['monitor', ...args], { env })));
  for (const [at, [, code, message]] of cases.entries()) {
    expect(ends[at]?.err).toMatch(message);
    expect(ends[at]?.err).not.toMatch(/\n {4}at /);
    expect(ends[at]?.code).toBe(code);
  }
  taken.close();
});

test('aso monitor serves its page, and ends at once and in good order when it is asked to', async () => {
  const port = await freePort();
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const args = [main, 'monitor', '--listen', `127.0.0.1:${port}`, '--database', database];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface(child.stdout)) if (line.startsWith('history in')) break;
  const state = async () => (await (await fetch(`http://127.0.0.1:${port}/api/v1/state`)).json()) as object;
  await expect.poll(state).toMatchObject({ problem: null, namespace: env.TEMPORAL_NAMESPACE });
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<title>AsyncStageOut monitor</title>');
  const asked = performance.now();
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5_000);
});
