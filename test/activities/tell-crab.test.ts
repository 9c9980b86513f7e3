import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createCrabActivities } from '../../src/activities/crab-activities.ts';
import type { CrabActivities } from '../../src/activities/crab.types.ts';
import { createCrabAdapter } from '../../src/adapters/crab/crab-adapter.ts';
import { createAnonymousDispatchers, type Dispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { wordFor } from '../../src/domain/crab-word.ts';
import { idCheck } from '../../src/domain/ledger/entry.ts';
import { startCrabSimulator, type CrabSimulator } from '../../src/simulators/crab/crab-simulator.ts';
import { rowsOf, viewOf } from '../support/crab-rows.ts';
import { recordOf, reportOf, TASK } from '../domain/model/reports.ts';

let simulator: CrabSimulator;
let dispatchers: Dispatchers;
let activities: CrabActivities;
beforeAll(async () => {
  simulator = await startCrabSimulator();
  dispatchers = createAnonymousDispatchers();
  const crab = createCrabAdapter({ url: simulator.restUrl, dispatchers, worker: 'aso', companyMs: 20 });
  activities = createCrabActivities({ crab, rowDoubt: () => Promise.resolve() });
});
afterEach(() => {
  for (const id of [...simulator.books.transfers.keys()]) simulator.books.removeTransfer(id);
});
afterAll(async () => {
  await dispatchers.close();
  await simulator.close();
});

/** A file in CRAB's table, as this generation of it. */
function row(job: number, startTime: number, worker: string | null = null) {
  const record = recordOf({ job, file: 0, retry: 0, startTime, publish: false });
  for (const added of rowsOf(TASK, reportOf(job, 0, [record]))) simulator.books.addTransfer({ ...added, tm_aso_worker: worker }); // prettier-ignore
  return record;
}
const stateOf = ({ id }: { id: string }) => viewOf(simulator.books.transfers.get(id));

/** As on a worker that takes it up so long after it was asked for. */
const tell = (secondsLate: number, words: Parameters<CrabActivities['tellCrab']>[0]['words']) =>
  new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - secondsLate * 1000 }).run(() =>
    activities.tellCrab({ task: TASK, words }),
  );

test('a word that no worker was there for is compared with its row, which may be a newer run’s by now', async () => {
  const older = { ...row(1, 200), startTime: 100 };
  const word = { ...wordFor(older), transfer: 'DONE' as const };
  expect(await tell(3600, [word])).toEqual({ outdated: [older.id] });
  expect(stateOf(older)).toMatchObject({ transfer: 'NEW' });
  expect(await tell(3600, [{ ...word, startTime: 200 }])).toEqual({ outdated: [] });
  expect(stateOf(older)).toMatchObject({ transfer: 'DONE' });
});

test('files without ids are found among the rows of their task: no other job’s, none of a newer run, each in its worker’s name', async () => {
  const [mine, theirs, newer] = [row(1, 100, 'pull-1'), row(2, 100), row(3, 200)];
  const files = [mine, newer].map(({ id }, i) => ({ jobId: String(i * 2 + 1), check: idCheck(id), startTime: 100 }));
  const request = { task: TASK, transfer: 'FAILED', reason: 'rejected, for a reason', files } as const;
  await new MockActivityEnvironment().run(() => activities.tellCrabUnnamed(request));
  expect(stateOf(mine)).toMatchObject({ transfer: 'FAILED', reason: 'rejected; for a reason', worker: 'pull-1' });
  expect([theirs, newer].map((record) => stateOf(record)?.transfer)).toEqual(['NEW', 'NEW']);
});
