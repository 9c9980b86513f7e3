import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const rules = readdirSync(`${root}deploy/prometheus/rules`).map((name) => `deploy/prometheus/rules/${name}`);

const promtool = (...args: string[]): Promise<string> =>
  run('promtool', args, { cwd: root }).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; stderr?: string }) => `FAILED ${error.stdout ?? ''}${error.stderr ?? ''}`,
  );

const isThere = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);
if (!isThere)
  console.log('promtool (Debian: prometheus) is not on PATH: alerts are parsed and linted, but not evaluated');

test.runIf(isThere)('promtool takes the rules and the configuration', async () => {
  expect(await promtool('check', 'rules', ...rules)).toContain('SUCCESS');
  const config = 'deploy/prometheus/prometheus.yml';
  expect(await promtool('check', 'config', '--syntax-only', config)).toContain('SUCCESS');
});

test.runIf(isThere)('each alert fires on its trouble, and on nothing else', { timeout: 60_000 }, async () => {
  expect(await promtool('test', 'rules', 'test/deploy/alerts.yml')).toMatch(/SUCCESS/);
});
