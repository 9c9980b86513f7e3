import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { appendOutput } from '../../src/workers/append-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'aso-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LIMIT = 200_000;

/** Runs a process that counts in lines of its own length, and returns when it has ended. */
async function count(lines: number, log: string): Promise<void> {
  const script = `for (let n = 1; n <= ${lines}; n++) console.log(String(n).padStart(9));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  appendOutput(child, log, LIMIT);
  await once(child, 'close');
}

test('of a long log the newest part is kept, of each that writes to it', async () => {
  const log = join(folder, 'long.log');
  await count(100_000, log);
  await count(3, log);
  const kept = [`${log}.1`, log].map((path) => readFileSync(path, 'utf8')).join('');
  const numbers = kept.trim().split('\n').map(Number);
  expect(numbers.slice(-5)).toEqual([99_999, 100_000, 1, 2, 3]);
  expect(statSync(log).size + statSync(`${log}.1`).size).toBeLessThan(2 * LIMIT + 2 * 64 * 1024);
  expect(kept.length).toBeGreaterThan(LIMIT);
});

test('a log whose folder is gone ends nobody', async () => {
  const gone = mkdtempSync(join(tmpdir(), 'aso-log-'));
  rmSync(gone, { recursive: true });
  await expect(count(3, join(gone, 'late.log'))).resolves.toBeUndefined();
});
