import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCrabAdapter } from '../../../src/adapters/crab/crab-adapter.ts';
import { createAnonymousDispatchers, type Dispatchers } from '../../../src/adapters/credentials/dispatchers.ts';
import type { CrabWord } from '../../../src/domain/crab-word.ts';
import type { CrabPort } from '../../../src/ports/crab.ts';
import { startCrabSimulator, type CrabSimulator } from '../../../src/simulators/crab/crab-simulator.ts';
import { viewOf } from '../../support/crab-rows.ts';

const TASK = '261122_060000:jdoe_crab_test';
const START = 1_795_000_000;

let simulator: CrabSimulator;
let dispatchers: Dispatchers;
let crab: CrabPort;
beforeEach(async () => {
  dispatchers = createAnonymousDispatchers();
  simulator = await startCrabSimulator();
  crab = createCrabAdapter({ url: simulator.restUrl, dispatchers, worker: 'aso', timeoutMs: 1000, companyMs: 50 });
});
afterEach(async () => {
  await dispatchers.close();
  await simulator.close();
});

const idOf = (n: number): string => String(n).padStart(56, '0');
function addRows(count: number): void {
  for (let n = 0; n < count; n++)
    simulator.books.addTransfer({
      ...{ tm_id: idOf(n), tm_username: 'jdoe', tm_taskname: TASK, tm_destination: 'T2_CH_CERN', tm_type: 'output' },
      ...{ tm_destination_lfn: '/store/user/jdoe/x', tm_source: 'T2_IT_Pisa', tm_source_lfn: '/store/temp/x' },
      ...{ tm_filesize: 1, tm_jobid: '1', tm_job_retry_count: 0, tm_start_time: START + n },
    });
}
const rowOf = (n: number) => viewOf(simulator.books.transfers.get(idOf(n)));
const word = (n: number, said: Partial<CrabWord>): CrabWord => ({
  ...{ id: idOf(n), startTime: START, transfer: null, reason: null, fts: null, publication: null },
  ...{ publicationReason: null, ...said },
});
const DONE: Partial<CrabWord> = { transfer: 'DONE' };

it('words of many callers share requests of 50 rows', async () => {
  addRows(120);
  await Promise.all(Array.from({ length: 12 }, (_, i) => crab.tellRows(Array.from({ length: 10 }, (_, j) => word(i * 10 + j, DONE))))); // prettier-ignore
  expect([...simulator.books.transfers.values()].map(({ tm_transfer_state }) => tm_transfer_state)).toEqual(Array(120).fill(3)); // prettier-ignore
  expect(simulator.books.transfersCalls.map((call) => call.arguments['list_of_ids']?.split(',').length)).toEqual([50, 50, 20]); // prettier-ignore
});

it('a failed attempt keeps both its FTS job and its reason', async () => {
  addRows(1);
  const fts = { jobId: 'f-1', server: 'https://fts:8446' };
  await crab.tellRows([word(0, { transfer: 'FAILED', reason: 'one, two', fts })]);
  expect(rowOf(0)).toMatchObject({ transfer: 'FAILED', reason: 'one; two', ftsId: 'f-1', worker: 'aso' });
  await crab.tellRows([word(0, { transfer: 'DONE', worker: 'puller-1' })]);
  expect(rowOf(0)).toMatchObject({ transfer: 'DONE', reason: null, ftsId: 'f-1', worker: 'puller-1' });
});

it('an unknown row, or another’s, costs no other its publication', async () => {
  addRows(60);
  simulator.books.removeTransfer(idOf(7));
  Object.assign(simulator.books.transfers.get(idOf(33)) ?? {}, { tm_aso_worker: 'schedd' });
  const words = Array.from({ length: 60 }, (_, n) => word(n, { publication: 'DONE' }));
  const refused = await crab.tellRows(words);
  expect(refused.map(({ id }) => id)).toEqual([idOf(7), idOf(33)]);
  expect(refused[0]?.reason).toContain('0 vs. 1 expected');
  const rest = words.filter((_, n) => n !== 7 && n !== 33);
  expect(rest.every(({ id }) => simulator.books.transfers.get(id)?.tm_publication_state === 3)).toBe(true);
});

it('retries are never counted twice, since they are not told', async () => {
  addRows(1);
  for (let i = 0; i < 3; i++) await crab.tellRows([word(0, { transfer: 'RETRY', reason: 'again' })]);
  expect(simulator.books.transfers.get(idOf(0))).toMatchObject({ tm_transfer_retry_count: 0, tm_transfer_state: 4 });
});

it('an outage is one of the call: nothing is refused by it', async () => {
  addRows(1);
  simulator.server.faults.add({ path: 'filetransfers', action: 'answer', status: 503, times: 1 });
  await expect(crab.tellRows([word(0, DONE)])).rejects.toMatchObject({ type: 'CrabUnavailable' });
  expect(await crab.tellRows([word(0, DONE)])).toEqual([]);
});

it('taskRows tells which generation each row of a task is, many askers by one request', async () => {
  addRows(2);
  await Promise.all(Array.from({ length: 5 }, () => crab.taskRows(TASK)));
  expect(simulator.server.counts).toEqual({ 'GET /crabserver': 1 });
  expect(await crab.taskRows(TASK)).toEqual(
    new Map([0, 1].map((n) => [idOf(n), { jobId: '1', startTime: START + n, worker: null, transfer: 'NEW' }])),
  );
});

it('taskPublications tells how far the publication of each row of a task is', async () => {
  addRows(2);
  await crab.tellRows([word(1, { publication: 'DONE' })]);
  expect(await crab.taskPublications(TASK)).toEqual(new Map([[idOf(0), 'NOT_REQUIRED'], [idOf(1), 'DONE']])); // prettier-ignore
});
