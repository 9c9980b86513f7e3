import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCatalogActivities } from '../../src/activities/catalog-activities.ts';
import type { CatalogActivities, PublishBlockRequest, PublishBlockResult } from '../../src/activities/catalog.types.ts';
import { createCrabAdapter } from '../../src/adapters/crab/crab-adapter.ts';
import { createAnonymousDispatchers, NO_USER, type Dispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { createDbsAdapter } from '../../src/adapters/dbs/dbs-adapter.ts';
import { createInstancePlaces } from '../../src/adapters/dbs/instance-bulkhead.ts';
import type { OperatorRules } from '../../src/domain/operations/rules.ts';
import type { MetadataRecord } from '../../src/simulators/crab/books.ts';
import { startCrabSimulator, type CrabSimulator } from '../../src/simulators/crab/crab-simulator.ts';
import { rulesOf } from '../support/operator-rules.ts';
import { startDbsSimulator, type DbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';

const TASK = '261122_060000:jdoe_crab_test';
const DATASET = '/GenericTTbar/jdoe-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER';
const lfnOf = (n: number): string => `/store/user/jdoe/GenericTTbar/tag/261122_060000/t0000/out_${n}.root`;

let crab: CrabSimulator;
let dbs: DbsSimulator;
let dispatchers: Dispatchers;
let activities: CatalogActivities;

beforeEach(async () => {
  crab = await startCrabSimulator();
  dbs = await startDbsSimulator();
  dispatchers = createAnonymousDispatchers();
  crab.books.addTask(TASK, { tm_publish_dbs_url: dbs.writerUrl, tm_dbs_url: dbs.readerUrl });
  activities = publisher();
});

/** Publishes under these rules, as the n-th try. */
function publisher(rules: Partial<OperatorRules> = {}, attempt = 1): CatalogActivities {
  const published = createCatalogActivities({
    rules: rulesOf(rules),
    crab: createCrabAdapter({ url: crab.restUrl, dispatchers, worker: 'aso' }),
    catalog: createDbsAdapter({ dispatchers }),
    catalogPlaces: createInstancePlaces({ atOnce: 1 }),
  });
  const environment = new MockActivityEnvironment({ attempt });
  return {
    publishBlock: (request) =>
      environment.run<[], PublishBlockResult, () => Promise<PublishBlockResult>>(() => published.publishBlock(request)),
  };
}

afterEach(async () => {
  await dispatchers.close();
  await Promise.all([crab.close(), dbs.close()]);
});

/** What CRAB knows of a file; the defaults of its simulator otherwise. */
const describeFile = (n: number, over: Partial<MetadataRecord> = {}): void =>
  void crab.books.addMetadata(TASK, { lfn: lfnOf(n), cksum: 1000 + n, ...over });

/** A block of these files, all described to CRAB. */
function blockOf(...numbers: number[]): PublishBlockRequest {
  for (const n of numbers) describeFile(n);
  return {
    ...{ task: TASK, credential: NO_USER, dataset: DATASET, originSite: 'T2_CH_CERN' },
    block: `${DATASET}#0d8a8f4e-0000-4000-8000-${String(numbers.join('')).padStart(12, '0')}`,
    files: numbers.map((n) => ({ key: `k${n}`, lfn: lfnOf(n), size: 561_301, adler32: 'bbe03bd1' })),
  };
}

/** DBS, or what stands before it, refuses every block. */
const refuse = (status: number, body: string): void =>
  void dbs.server.faults.add({ path: 'bulkblocks', action: 'answer', status, body });
const dbsError = (code: number): string => JSON.stringify([{ error: { code, reason: 'it says so', message: 'dbs' } }]);

test.each([
  ['too large for the front end', 413, '<html></html>', 'DBS: HTTP 413: an HTML page'],
  ['refused for a configuration of one of its files', 400, dbsError(317), 'DBS 317: dbs: it says so'],
  ['refused for a wrong type', 400, dbsError(122), 'DBS 122: dbs: it says so'],
])(
  'a block that is %s is sent again in parts; its last file alone is set aside',
  async (_what, status, body, reason) => {
    refuse(status, body);
    expect(await activities.publishBlock(blockOf(1, 2))).toEqual({ settled: [], missing: [] });
    expect((await activities.publishBlock(blockOf(1))).settled).toEqual([{ key: 'k1', state: 'FAILED', reason }]);
  },
);

test('a block that is refused for its dataset is not tried file by file', async () => {
  refuse(400, dbsError(209));
  const { settled } = await activities.publishBlock(blockOf(1, 2));
  expect(settled.map(({ state, reason }) => `${state} ${reason}`)).toEqual([
    'FAILED DBS 209: dbs: it says so',
    'FAILED DBS 209: dbs: it says so',
  ]);
});

test('a file of which CRAB says what makes no sense is set aside; the others go on in a block of their own', async () => {
  const block = blockOf(1, 2);
  describeFile(2, { runlumi: { '1': { '-4': '10' } } });
  expect(await activities.publishBlock(block)).toEqual({
    settled: [{ key: 'k2', state: 'FAILED', reason: expect.stringMatching(/^metadata-unusable: runlumi: /) as string }],
    missing: [],
  });
  expect(dbs.books.insertRequests).toBe(0);
  expect((await activities.publishBlock(blockOf(1))).settled).toMatchObject([{ key: 'k1', state: 'DONE' }]);
});

test('a file that is not EDM is called so, whatever else is wrong with its record', async () => {
  const block = blockOf(1);
  describeFile(1, { filetype: 'TFILE', runlumi: null as never, swversion: '' });
  const { settled } = await activities.publishBlock(block);
  expect(settled).toEqual([{ key: 'k1', state: 'FAILED', reason: 'not-edm: file type TFILE' }]);
});

test('what a lost try brought into DBS is DONE, though CRAB has forgotten or changed its metadata since', async () => {
  const block = blockOf(1, 2, 3);
  await activities.publishBlock(block);
  crab.books.removeMetadata(TASK, lfnOf(1));
  describeFile(2, { filesize: 5 });
  expect(await activities.publishBlock(block)).toEqual({
    settled: ['k1', 'k2'].map((key) => ({ key, state: 'DONE', reason: null })),
    missing: [],
  });
  expect(await activities.publishBlock(blockOf(3))).toMatchObject({ settled: [{ key: 'k3', state: 'DONE' }] });
  expect(dbs.books.files()).toHaveLength(3);
});

test('a block that waits for its place asks CRAB for nothing', async () => {
  dbs.insertFaults.delay(500);
  const first = activities.publishBlock(blockOf(1));
  await expect.poll(() => dbs.books.insertRequests).toBe(1);
  const asked = crab.server.counts['GET /crabserver'] ?? 0;
  await expect(activities.publishBlock(blockOf(2))).rejects.toMatchObject({ type: 'CatalogBusy' });
  expect(crab.server.counts['GET /crabserver']).toBe(asked);
  expect(await first).toMatchObject({ settled: [{ state: 'DONE' }] });
});

test('nothing of a blocked user is sent, but what may have been sent already is brought to its end', async () => {
  const blocked = { users: [{ user: NO_USER.user, until: null, reason: 'flood', by: 'bob', at: 1 }] };
  const held = `user ${NO_USER.user} is blocked by bob: flood`;
  expect(await publisher(blocked).publishBlock(blockOf(1))).toEqual({ settled: [], missing: [], held });
  expect(dbs.books.files()).toEqual([]);
  expect(await publisher(blocked, 2).publishBlock(blockOf(1))).toMatchObject({ settled: [{ state: 'DONE' }] });
});
