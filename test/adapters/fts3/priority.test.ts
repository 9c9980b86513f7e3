import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createFtsAdapter } from '../../../src/adapters/fts3/fts-adapter.ts';
import type { FtsPort, FtsSubmission, FtsTarget } from '../../../src/ports/fts.ts';
import { startFtsSimulator, type FtsSimulator } from '../../../src/simulators/fts3/simulator.ts';
import { IMPATIENT, patientCare, submissionOf, transferOf } from './submissions.ts';

let simulator: FtsSimulator;
let dispatchers: Dispatchers;
let fts: FtsPort;
let target: FtsTarget;
beforeAll(async () => {
  simulator = await startFtsSimulator({ tickMs: 20, instant: true, activePerLink: 20 });
  dispatchers = createAnonymousDispatchers();
  fts = createFtsAdapter({ dispatchers, care: patientCare(), ...IMPATIENT });
  target = await fts.prepare(simulator.url, NO_USER);
});
afterAll(async () => {
  await dispatchers.close();
  await simulator.close();
});

const send = (n: number): Promise<string> => {
  const one: FtsSubmission = submissionOf({ sid: `s${n}`, transfers: [transferOf(n)] }, target);
  return fts.submit(target, NO_USER, one);
};

test('jobs that are given a priority together share a request; those that have ended, or that FTS forgot, are fine', async () => {
  simulator.transferFaults.add({ url: 'store/[12]$', outcome: 'hang' });
  const ids = await Promise.all([1, 2, 3].map(send));
  await expect.poll(() => simulator.jobs().map(({ state }) => state)).toContain('FINISHED');
  const before = simulator.server.counts['POST /jobs'] ?? 0;
  const asked = [...ids, submissionOf({ sid: 'never sent' }, target).expectedJobId];
  await Promise.all(asked.map((id) => fts.setPriority(target, NO_USER, id, 5)));
  expect(ids.map((id) => simulator.job(id)?.priority)).toEqual([5, 5, 3]);
  expect(simulator.server.counts['POST /jobs']).toBe(before + 1);
});

test('a lost answer is tried again without harm', async () => {
  simulator.transferFaults.add({ url: 'store/4$', outcome: 'hang' });
  const id = await send(4);
  simulator.server.faults.add({ method: 'POST', path: id, times: 1, action: 'drop-after' });
  await expect(fts.setPriority(target, NO_USER, id, 1)).rejects.toMatchObject({
    type: 'FtsUnavailable',
    retryable: true,
  });
  await fts.setPriority(target, NO_USER, id, 1);
  expect(simulator.job(id)?.priority).toBe(1);
});
