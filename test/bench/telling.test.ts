import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../bench/support/report/surroundings.ts';

const run = (file: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, file), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

test.each([
  ['bench/memory.ts', "a worker's memory per open task", '\n  --tasks 1000'],
  ['bench/day.ts', 'npm run bench:day -- [options]', '--hours 24'],
  ['bench/rehearse-failover.ts', 'npm run rehearse:failover -- [options]', '--jobs 60'],
  ['bench/run.ts', 'npm run bench [-- options]', '--only <a,b>'],
  ['scripts/stack.ts', 'npm run stack -- [options]', '--check'],
])('%s says what it does, and its options', (file, title, option) => {
  const { status, stdout } = run(file, '--help');
  expect(status).toBe(0);
  expect(stdout).toContain(title);
  expect(stdout).toContain(option);
});

test.each([
  ['bench/memory.ts', ['--tasks', 'many'], 'error: --tasks must be a whole number above 0; --help tells the options\n'],
  ['bench/growth.ts', ['--sizes', '7'], 'error: --sizes takes some of: 100, 1000, 10000, 100000; --help tells the options\n'], // prettier-ignore
  ['bench/day.ts', ['--hours', '1', '--files', '2'], 'error: --hours and --files say the same: give one of them; --help tells the options\n'], // prettier-ignore
  ['bench/trickle.ts', ['--taks', '3'], "error: Unknown option '--taks'; --help tells the options\n"],
  ['bench/run.ts', ['--only', 'cansel'], /^error: no bench is called cansel; there are: throughput, .*\n$/],
  ['scripts/stack.ts', ['--store', 'paper'], /^error: --store must be one of memory, file, postgresql; .*\n$/],
])('%s %j: one line, and status 2', (file, args, line) => {
  const { status, stdout, stderr } = run(file, ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(line);
});
