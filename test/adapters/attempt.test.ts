import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wordFor } from '../../src/domain/crab-word.ts';
import { startCrabSimulator, type CrabSimulator } from '../../src/simulators/crab/crab-simulator.ts';
import { startOwnedProcess } from '../../src/workers/child-process.ts';
import { recordOf, reportOf, TASK } from '../domain/model/reports.ts';
import { rowsOf, viewOf } from '../support/crab-rows.ts';

let simulator: CrabSimulator;
beforeAll(async () => void (simulator = await startCrabSimulator()));
afterAll(() => simulator.close());

const TELLER = fileURLToPath(new URL('../support/tell-crab.ts', import.meta.url));

/** A process tells a row that it is SUBMITTED, and is frozen for so long while that waits for company. */
async function tellFrozen(job: number, frozenMs: number) {
  const record = recordOf({ job, file: 0, retry: 0, startTime: 100, publish: false });
  for (const row of rowsOf(TASK, reportOf(job, 0, [record]))) simulator.books.addTransfer(row);
  const word = JSON.stringify({ ...wordFor(record), transfer: 'SUBMITTED' });
  const teller = await startOwnedProcess(process.execPath, [TELLER, simulator.restUrl, word, '1500']);
  const ended = once(teller.child, 'exit');
  await expect.poll(() => teller.output(), { timeout: 20_000 }).toBe('asked');
  process.kill(teller.pid, 'SIGSTOP');
  await sleep(frozenMs);
  process.kill(teller.pid, 'SIGCONT');
  await ended;
  return { output: teller.output(), transfer: viewOf(simulator.books.transfers.get(record.id))?.transfer };
}

test('what a process was about to change when it was frozen is not changed when it thaws', async () => {
  const { output, transfer } = await tellFrozen(1, 5_000);
  expect(output).toMatch(/^asked\nfailed: .*filetransfers: not sent: this process stood still/);
  expect(transfer).toBe('NEW');
}, 30_000);

test('a short pause holds nothing up', async () => {
  expect(await tellFrozen(2, 200)).toEqual({ output: 'asked\ntold', transfer: 'SUBMITTED' });
}, 30_000);
