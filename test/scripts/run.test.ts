import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { cachedFullServer } from '../../src/servers/find-programs.ts';
import { cachedTemporalCli } from '../../src/workers/temporal-cli.ts';
import { isAlive } from '../support/processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aso-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

function node(args: string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } });
}

/** Runs a module's text, which may import our scripts. */
const inline = (text: string, env?: NodeJS.ProcessEnv) => node(['--input-type=module', '-e', text], env);

test('an unknown command is answered with the known ones', () => {
  const { status, stderr } = node(['scripts/run.mjs', 'tset']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/usage: .*setup \| demo \| .*test \| /);
});

test('a Temporal CLI that was named and does not run is an error', () => {
  const { status, stderr } = node(['scripts/run.mjs', 'setup'], { ASO_TEMPORAL_CLI: '/no/such/temporal' });
  expect(status).toBe(1);
  expect(stderr).toContain('error: ASO_TEMPORAL_CLI names /no/such/temporal');
});

test('where no way to get a Temporal CLI works, all ways to get one are named', () => {
  const text = `
    import { ensureTemporalServer } from './scripts/temporal-server.mjs';
    const env = { HOME: ${JSON.stringify(folder)}, PATH: '' };
    await ensureTemporalServer({ env, root: '.', node: '/no/such/node', say: () => undefined });`;
  // go is looked up on this process's PATH too.
  const { status, stderr } = inline(text, { PATH: folder });
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/is missing and could not be fetched/);
  expect(stderr).toMatch(/go install github\.com\/temporalio\/cli\/cmd\/temporal@v/);
  expect(stderr).toMatch(/ASO_TEMPORAL_CLI/);
});

test('setting up and running agree on the place of the cached CLI', () => {
  const text = `
    import { cachePath } from './scripts/temporal-server.mjs';
    process.stdout.write(cachePath(process.env));`;
  const { stdout } = inline(text, { XDG_CACHE_HOME: folder });
  expect(stdout).toBe(cachedTemporalCli({ XDG_CACHE_HOME: folder }));
});

test('setting up and running agree on the place of the full server, and a half-named one is an error', () => {
  const text = `
    import { cachedFullServer, ensureFullServer } from './scripts/full-server.mjs';
    console.log(cachedFullServer(process.env));
    await ensureFullServer({ env: { ASO_TEMPORAL_SERVER: '/some/server' }, say: () => undefined });`;
  const { stdout, stderr } = inline(text, { XDG_CACHE_HOME: folder });
  expect(stdout.trim()).toBe(cachedFullServer({ XDG_CACHE_HOME: folder }));
  expect(stderr).toContain('ASO_TEMPORAL_SERVER is set, ASO_TEMPORAL_SQL_TOOL is not');
});

test('where the full server cannot be built, all ways to get it are named', () => {
  const text = `
    import { ensureFullServer } from './scripts/full-server.mjs';
    await ensureFullServer({ env: { HOME: ${JSON.stringify(folder)}, PATH: '' }, say: () => undefined });`;
  const { status, stderr } = inline(text, { PATH: folder });
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/could not be built: there is no `go`/);
  expect(stderr).toMatch(/temporal-server and temporal-sql-tool .* on PATH/);
  expect(stderr).toMatch(/ASO_TEMPORAL_SQL_TOOL to their paths/);
});

test('work under a lock is done by one process at a time, and a lock left behind is taken over', async () => {
  const [lock, log] = [join(folder, 'lock'), join(folder, 'log')];
  const text = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    import { withLock } from './scripts/lock.mjs';
    await withLock(${JSON.stringify(lock)}, async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await setTimeout(50);
      appendFileSync(${JSON.stringify(log)}, 'out ');
      if (process.argv[1] === 'die') process.kill(process.pid, 'SIGKILL');
    }, () => undefined);`;
  const start = (...args: string[]) =>
    once(spawn(process.execPath, ['--input-type=module', '-e', text, ...args], { cwd: root }), 'exit');
  await start('die');
  await Promise.all([start(), start(), start()]);
  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
});

test('exit codes pass through', () => {
  const text = `
    import { run } from './scripts/process.mjs';
    process.exitCode = await run(process.execPath, ['-e', 'process.exit(7)']);`;
  expect(inline(text).status).toBe(7);
});

test('a signal reaches the program, which decides how it ends', async () => {
  const program = `process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000)`;
  const text = `
    import { run } from './scripts/process.mjs';
    process.exitCode = await run(process.execPath, ['-e', ${JSON.stringify(program)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { cwd: root });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([9, null]);
});

/** Started by npm, or by somebody else; a program that has started a server of ours prints the ids of all processes, its own last. */
const runners = [
  { who: 'the runner', npm: false },
  { who: 'npm, which started the runner,', npm: true },
];

test.each(runners)('where $who is killed, nothing goes on of what it started', async ({ npm }) => {
  const program = `
    import { startDevServer } from ${JSON.stringify(join(root, 'src/workers/dev-server.ts'))};
    const { pid } = await startDevServer();
    console.log(JSON.stringify([process.ppid, pid, process.pid]));
    setInterval(() => {}, 1000);`;
  const runner = `
    import { run } from './scripts/process.mjs';
    process.exitCode = await run(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(program)}]);`;
  const asNpm = `
    import { spawn } from 'node:child_process';
    spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(runner)}], { stdio: 'inherit' });`;
  const env = { ...process.env };
  delete env['npm_lifecycle_event'];
  const parent = spawn(process.execPath, ['--input-type=module', '-e', npm ? asNpm : runner], {
    ...{ cwd: root, env: npm ? { ...env, npm_lifecycle_event: 'bench' } : env, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(text.toString()) as number[];
  expect(pids.filter(isAlive)).toEqual(pids);
  parent.kill('SIGKILL');
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});
