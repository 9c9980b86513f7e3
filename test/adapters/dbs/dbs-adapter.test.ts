import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { blockDump } from '../../../src/adapters/dbs/block-dump.ts';
import { createDbsAdapter } from '../../../src/adapters/dbs/dbs-adapter.ts';
import type { BlockToPublish, CatalogPort } from '../../../src/ports/catalog.ts';
import type { FileMetadata, TaskInfo } from '../../../src/ports/crab.ts';
import { startDbsSimulator, type DbsSimulator } from '../../../src/simulators/dbs/dbs-simulator.ts';

const HASH = '94ba0e06145abd65ccb1d21786dc7e1d';
const DATASET = `/GenericTTbar/jdoe-tag-${HASH}/USER`;
const lfnOf = (n: number): string => `/store/user/jdoe/GenericTTbar/tag/261122_060000/0000/out_${n}.root`;

let simulator: DbsSimulator;
let dispatchers: Dispatchers;
let catalog: CatalogPort;
let task: TaskInfo;

beforeEach(async () => {
  simulator = await startDbsSimulator();
  dispatchers = createAnonymousDispatchers();
  catalog = createDbsAdapter({ dispatchers, timeouts: { read: 2000, write: 500 } });
  task = { inputDataset: null, dbsUrl: simulator.readerUrl, publishDbsUrl: simulator.writerUrl };
});

afterEach(async () => {
  await dispatchers.close();
  await simulator.close();
});

const fileOf = (n: number, over: Partial<FileMetadata> = {}): FileMetadata => ({
  lfn: lfnOf(n),
  jobId: String(n),
  fileType: 'EDM',
  outputDataset: DATASET,
  swVersion: 'CMSSW_13_0_10',
  publishName: `tag-${HASH}`,
  globalTag: null,
  events: 100,
  size: 1_000_000 + n,
  adler32: `0abc000${n}`,
  cksum: `386200000${n}`,
  lumis: [{ run: 1, lumi: n + 1 }],
  ...over,
});

const blockOf = (files: FileMetadata[], dataset = DATASET): BlockToPublish => ({
  name: `${dataset}#${randomUUID()}`,
  dataset,
  originSite: 'T2_IT_Pisa',
  files,
});

const publish = (block: BlockToPublish) => catalog.publishBlock(task, NO_USER, block);

describe('publishBlock', () => {
  it('inserts a block with its files', async () => {
    const block = blockOf([fileOf(1), fileOf(2)]);
    expect(await publish(block)).toEqual({ kind: 'published' });
    expect(simulator.books.blocks()).toEqual([
      { name: block.name, dataset: DATASET, originSite: 'T2_IT_Pisa', files: 2, size: 2_000_003 },
    ]);
    expect(simulator.books.files()[0]).toMatchObject({ lfn: lfnOf(1), adler32: '0abc0001', events: 100, lumis: 1 });
    expect(simulator.books.insertRequests).toBe(1);
  });

  it('is done where the block is there already', async () => {
    const block = blockOf([fileOf(1)]);
    await publish(block);
    expect(await publish(block)).toEqual({ kind: 'published' });
    expect(simulator.books.blocks()).toHaveLength(1);
  });

  it.each([
    ['the answer is lost', { action: 'drop-after' } as const],
    ['a front end answers 502', { action: 'answer-after', status: 502 } as const],
    ['an HTML page comes with status 200', { action: 'answer-after', status: 200 } as const],
  ])('is done where %s', async (_what, fault) => {
    simulator.server.faults.add({ method: 'POST', path: 'bulkblocks', times: 1, ...fault });
    expect(await publish(blockOf([fileOf(1)]))).toEqual({ kind: 'published' });
    expect(simulator.books.insertRequests).toBe(1);
  });

  it.each([
    ['the connection is dropped', () => simulator.server.faults.add({ path: 'bulk', times: 1, action: 'drop-before' })],
    ['a front end answers', () => simulator.server.faults.add({ path: 'bulk', times: 1, action: 'answer' })],
    ['two writers raced on a common row', () => simulator.insertFaults.transient(1)],
    ['the server died', () => simulator.insertFaults.dieInMidInsert(1)],
    [
      'DBS limits the rate',
      () => simulator.server.faults.add({ path: 'bulk', times: 1, action: 'answer', status: 429 }),
    ],
    [
      'DBS says 200 and has nothing',
      () => simulator.server.faults.add({ path: 'bulk', times: 1, action: 'answer', status: 200, body: '[]' }),
    ],
  ])('waits where %s; the same block is accepted later', async (_what, script) => {
    script();
    const block = blockOf([fileOf(1)]);
    await expect(publish(block)).rejects.toMatchObject({ type: 'CatalogUnavailable', retryable: true });
    expect(simulator.books.blocks()).toEqual([]);
    expect(await publish(block)).toEqual({ kind: 'published' });
  });

  it('waits where the insert outlasts its time-out, and finds it later', async () => {
    simulator.insertFaults.delay(900);
    const block = blockOf([fileOf(1)]);
    await expect(publish(block)).rejects.toMatchObject({ type: 'CatalogUnavailable', retryable: true });
    await expect.poll(() => simulator.books.blocks().length).toBe(1);
    expect(await publish(block)).toEqual({ kind: 'published' });
  });

  it('inserts once where the same block is sent several times at once', async () => {
    simulator.insertFaults.delay(100);
    const block = blockOf([fileOf(1), fileOf(2)]);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => publish(block)));
    expect(outcomes.every(({ kind }) => kind === 'published')).toBe(true);
    expect(simulator.books.blocks()).toHaveLength(1);
  });

  it('tells which files another block has', async () => {
    const first = blockOf([fileOf(1), fileOf(2)]);
    await publish(first);
    const second = blockOf([fileOf(2), fileOf(3)]);
    expect(await publish(second)).toEqual({
      kind: 'present',
      files: [
        { lfn: lfnOf(2), dataset: DATASET, block: first.name, size: 1_000_002, adler32: '0abc0002', valid: true },
      ],
    });
    expect(simulator.books.files()).toHaveLength(2);
  });

  it('does not wait for ever where ORA-00001 is about a file that another block has', async () => {
    const first = blockOf([fileOf(1)]);
    await publish(first);
    const reason = 'ORA-00001: unique constraint (CMS_DBS3.TUC_FL_LOGICAL_FILE_NAME) violated';
    simulator.server.faults.add({
      ...{ path: 'bulkblocks', action: 'answer', status: 400 },
      body: JSON.stringify([{ error: { code: 310, reason, message: 'dbs' } }]),
    });
    const outcome = await publish(blockOf([fileOf(1), fileOf(2)]));
    expect(outcome).toMatchObject({ kind: 'present', files: [{ lfn: lfnOf(1), block: first.name }] });
  });

  it('tells where the files are although DBS said 200', async () => {
    await publish(blockOf([fileOf(1)]));
    simulator.server.faults.add({ path: 'bulkblocks', action: 'answer', status: 200, body: '[]' });
    expect(await publish(blockOf([fileOf(1)]))).toMatchObject({ kind: 'present', files: [{ lfn: lfnOf(1) }] });
  });

  it('is not published where a block of this name has other files', async () => {
    const block = blockOf([fileOf(1)]);
    await publish(block);
    const outcome = await publish({ ...block, files: [fileOf(1), fileOf(2)] });
    expect(outcome).toMatchObject({ kind: 'present', files: [{ lfn: lfnOf(1), block: block.name }] });
  });

  it.each([
    ['a bad LFN', { lfn: '/store/user/jdoe/GenericTTbar/tag/out.txt' }, 310],
    ['a file of no bytes', { size: 0 }, 310],
    ['a missing release', { swVersion: '' }, 317],
  ])('is refused for %s', async (_what, over, code) => {
    const outcome = await publish(blockOf([fileOf(1, over), fileOf(2)]));
    expect(outcome).toMatchObject({ kind: 'refused', code });
    expect(outcome.kind === 'refused' && outcome.reason).not.toMatch(/goroutine|^$/);
    expect(simulator.books.files()).toEqual([]);
  });

  it.each([401, 403] as const)('waits for a credential at %i', async (status) => {
    simulator.insertFaults.deny(status);
    await expect(publish(blockOf([fileOf(1)]))).rejects.toMatchObject({
      type: 'CredentialUnavailable',
      retryable: true,
    });
  });

  it('finds a block whose name the reader does not accept by its files', async () => {
    const block = { ...blockOf([fileOf(1)]), name: `${DATASET}#not/a/uuid` };
    expect(await publish(block)).toEqual({ kind: 'published' });
  });

  it('is done where somebody has put the block there from a dump with parents', async () => {
    const parent = blockOf([fileOf(1)]);
    await publish(parent);
    const block = blockOf([fileOf(2)]);
    const dumped = {
      ...blockDump(block),
      file_parent_list: [{ this_logical_file_name: lfnOf(2), parent_logical_file_name: lfnOf(1) }],
      ds_parent_list: [{ parent_dataset: DATASET }],
    };
    const headers = { 'content-type': 'application/json' };
    const put = { method: 'POST', headers, body: JSON.stringify(dumped) };
    expect(await (await fetch(`${simulator.writerUrl}/bulkblocks`, put)).text()).toBe('[]');
    expect(await publish(block)).toEqual({ kind: 'published' });
    expect(simulator.books.files()).toHaveLength(2);
  });

  it.each([
    ['100 files of 1,000 lumi sections', 100, 1_000],
    ['one file of 50,000 lumi sections', 1, 50_000],
  ])('takes %s', async (_what, count, each) => {
    const lumis = Array.from({ length: each }, (_, at) => ({ run: 1 + (at % 7), lumi: at + 1 }));
    const patient = createDbsAdapter({ dispatchers });
    const block = blockOf(Array.from({ length: count }, (_, n) => fileOf(n, { lumis })));
    expect(await patient.publishBlock(task, NO_USER, block)).toEqual({ kind: 'published' });
    expect(simulator.books.files().map((file) => file.lumis)).toEqual(block.files.map(() => each));
  });
});

describe('the input dataset', () => {
  const INPUT = '/TTbarData/Run2022C-v1/RAW';
  const rowsOf = (api: string, query: string) =>
    fetch(`${simulator.readerUrl}/${api}?${query}`).then((answer) => answer.json());

  it('gives tag, type and era', async () => {
    const described = { globalTag: '124X_dataRun3_v9', primaryType: 'data', acquisitionEra: 'Run2022C' };
    const dump = blockDump(blockOf([fileOf(8)], INPUT), described);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${simulator.writerUrl}/bulkblocks`, { method: 'POST', headers, body: JSON.stringify(dump) });
    task = { ...task, inputDataset: INPUT };
    const output = DATASET.replace('GenericTTbar', 'TTbarData');
    expect(await publish(blockOf([fileOf(1)], output))).toEqual({ kind: 'published' });
    expect(await rowsOf('datasets', `detail=true&dataset=${output}`)).toMatchObject([
      { primary_ds_type: 'data', acquisition_era_name: 'Run2022C' },
    ]);
    expect(await rowsOf('outputconfigs', `dataset=${output}`)).toMatchObject([{ global_tag: '124X_dataRun3_v9' }]);
  });

  it.each([
    '/Unknown/Input-v1/RAW',
    'CRAB_PrivateMC',
    '/No/Name that DBS takes/RAW',
    `${INPUT}#0d8a8f4e-0000-4000-8000-000000000000`,
  ])('may be unknown: %s', async (inputDataset) => {
    task = { ...task, inputDataset };
    expect(await publish(blockOf([fileOf(1)]))).toEqual({ kind: 'published' });
  });

  it('has defaults where DBS refuses to look for it', async () => {
    task = { ...task, inputDataset: INPUT };
    const body = JSON.stringify([{ error: { code: 113, reason: 'unable to match', message: 'invalid pattern' } }]);
    simulator.server.faults.add({ path: 'datasets', action: 'answer', status: 400, body });
    expect(await publish(blockOf([fileOf(1)]))).toEqual({ kind: 'published' });
  });

  it('is waited for where DBS is away', async () => {
    task = { ...task, inputDataset: INPUT };
    simulator.server.faults.add({ path: 'outputconfigs', action: 'answer' });
    await expect(publish(blockOf([fileOf(1)]))).rejects.toMatchObject({ type: 'CatalogUnavailable' });
    expect(simulator.books.insertRequests).toBe(0);
  });
});

describe('findFiles', () => {
  it('tells the files that DBS has, in any block', async () => {
    await publish(blockOf([fileOf(1)]));
    await publish(blockOf([fileOf(2)]));
    const files = await catalog.findFiles(task, NO_USER, [lfnOf(1), lfnOf(2), lfnOf(3)]);
    expect(files.map(({ lfn }) => lfn)).toEqual([lfnOf(1), lfnOf(2)]);
  });

  it('finds nothing for nothing', async () => {
    await publish(blockOf([fileOf(1)]));
    expect(await catalog.findFiles(task, NO_USER, [])).toEqual([]);
  });
});
