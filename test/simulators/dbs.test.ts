import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDbsSimulator, type DbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';
import {
  assign,
  BLOCK,
  DATASET,
  dump,
  get,
  insert,
  lfn,
  lfnsOf,
  OTHER_BLOCK,
  PSET,
  type Dump,
} from './dbs-requests.ts';

let dbs: DbsSimulator;

beforeEach(async () => {
  dbs = await startDbsSimulator();
});

afterEach(() => dbs.close());

describe('inserting', () => {
  it('stores a block with its files', async () => {
    expect(await insert(dbs, dump())).toEqual({ status: 200, code: null, reason: '[]' });
    expect(await get(dbs, 'blocks', { block_name: BLOCK })).toEqual([{ block_name: BLOCK }]);
    expect(lfnsOf(await get(dbs, 'files', { block_name: BLOCK }))).toEqual([lfn(1), lfn(2)]);
    expect(dbs.books.blocks()).toEqual([
      { name: BLOCK, dataset: DATASET, originSite: 'T2_CH_CERN', files: 2, size: 1122603 },
    ]);
    expect(dbs.books.files()[0]).toEqual({
      ...{ lfn: lfn(1), block: BLOCK, dataset: DATASET, size: 561301, adler32: 'bbe03bd1' },
      ...{ events: 300, lumis: 1, valid: true },
    });
    expect(dbs.books.insertRequests).toBe(1);
  });

  it('refuses the same block again, and the same files elsewhere without saying why', async () => {
    await insert(dbs, dump());
    expect(await insert(dbs, dump(BLOCK, [3]))).toMatchObject({ status: 400, code: 200, reason: 'nil' });
    const conflict = await insert(dbs, dump(OTHER_BLOCK, [2, 3]));
    expect(conflict).toMatchObject({ status: 400, code: 310 });
    expect(conflict.reason).toContain('Reason: concurrency error\n');
    expect(conflict.reason).not.toContain(lfn(2));
    expect(dbs.books.files().map((file) => file.lfn)).toEqual([lfn(1), lfn(2)]);
    expect(await get(dbs, 'blocks', { block_name: OTHER_BLOCK })).toEqual([]);
  });

  it('lets exactly one of several writers of the same files win', async () => {
    dbs.insertFaults.delay(20);
    const names = Array.from({ length: 8 }, (_, n) => `${DATASET}#00000000-0000-4000-8000-00000000000${n}`);
    const answers = await Promise.all(names.map((name) => insert(dbs, dump(name))));
    expect(answers.map(({ code }) => code).sort()).toEqual([null, 310, 310, 310, 310, 310, 310, 310].sort());
    expect(dbs.books.blocks()).toHaveLength(1);
  });

  it.each([
    ['a file without checksum', 310, (d: Dump) => (d.files[0]!['check_sum'] = '')],
    ['a file without adler32', 310, (d: Dump) => delete d.files[0]!['adler32']],
    ['an empty file', 310, (d: Dump) => (d.files[0]!['file_size'] = 0)],
    ['the same LFN twice', 310, (d: Dump) => (d.files[1]!['logical_file_name'] = lfn(1))],
    ['a wrong validity', 310, (d: Dump) => (d.files[0]!['is_file_valid'] = 2)],
    ['a file type missing', 201, (d: Dump) => delete d.files[0]!['file_type']],
    ['a parent that is not there', 202, (d: Dump) => d.file_parent_list.push({ parent_logical_file_name: lfn(9) })],
    ['a parent dataset that is not there', 203, (d: Dump) => (d['dataset_parent_list'] = ['/A/B/RAW'])],
    ['no processed name', 204, (d: Dump) => assign(d, 'dataset', { processed_ds_name: '' })],
    ['no primary type', 205, (d: Dump) => assign(d, 'primds', { primary_ds_type: '' })],
    ['no primary name', 206, (d: Dump) => assign(d, 'primds', { primary_ds_name: '' })],
    ['no processing version', 207, (d: Dump) => delete d['processing_era']],
    ['no acquisition era', 208, (d: Dump) => assign(d, 'acquisition_era', { acquisition_era_name: '' })],
    ['a short tier', 209, (d: Dump) => assign(d, 'dataset', { data_tier_name: 'US' })],
    ['no physics group', 210, (d: Dump) => assign(d, 'dataset', { physics_group_name: '' })],
    ['no access type', 211, (d: Dump) => assign(d, 'dataset', { dataset_access_type: '' })],
    ['a bad dataset name', 212, (d: Dump) => assign(d, 'dataset', { dataset: '/A/B' })],
    ['a lumi 0', 311, (d: Dump) => (d.files[0]!['file_lumi_list'] = [{ run_num: 1, lumi_section_num: 0 }])],
    ['a configuration of an unknown file', 312, (d: Dump) => (d.file_conf_list[0]!['lfn'] = lfn(9))],
    ['an unknown configuration', 312, (d: Dump) => (d.file_conf_list[0]!['global_tag'] = 'other')],
    ['an incomplete configuration', 317, (d: Dump) => (d.dataset_conf_list[0]!['app_name'] = '')],
    ['no site', 400, (d: Dump) => assign(d, 'block', { origin_site_name: '' })],
    ['no block name', 400, (d: Dump) => assign(d, 'block', { block_name: '' })],
    ['a bad date', 400, (d: Dump) => assign(d, 'block', { creation_date: 17 })],
    ['a number for a string', 122, (d: Dump) => (d.files[0]!['adler32'] = 5)],
    ['a list for an object', 122, (d: Dump) => (d['block'] = [])],
    ['a string for a number', 122, (d: Dump) => assign(d, 'block', { file_count: '2' })],
  ])('refuses %s with %i and stores no block', async (_what, code, spoil) => {
    const body = dump();
    spoil(body);
    expect(await insert(dbs, body)).toMatchObject({ status: 400, code });
    expect([dbs.books.blocks(), dbs.books.files()]).toEqual([[], []]);
  });

  it('names the field of a wrong type', async () => {
    const body = { ...dump(), block: { block_name: 5 } };
    expect((await insert(dbs, body)).reason).toBe(
      'json: cannot unmarshal number into Go struct field Block.block.block_name of type string',
    );
    expect((await insert(dbs, '{"files":')).reason).toBe('unexpected end of JSON input');
    expect((await insert(dbs, 'nonsense')).code).toBe(122);
  });

  it.each([
    ['/store/user/rucio/jdoe/PD/tag/x.root', null],
    ['/store/group/g/PD/t/x.root', null],
    ['/store/temp/user/jdoe.abcdef/PD/t/x.root', null],
    ['/store/user/j.doe/PD/t/x.root', null],
    ['/store/user/j-doe/PD/t/x.root', null],
    ['/store/user/j.d-oe/PD/t/x.root', 310],
    ['/store/user/jdoe/PD/t.1/x.root', 310],
    ['/store/user/jdoe/PD/t/x.y.root', 310],
    ['/store/user/jdoe/1PD/t/x.root', 310],
    ['/store/user/jdoe/PD/x.root', 310],
    ['/store/user/jdoe/PD/t/x+y.root', 310],
    ['/store/user/jdoe/PD/t/x.txt', 310],
  ])('LFN %s: %s', async (name, code) => {
    const body = { ...dump(), file_conf_list: [] };
    body.files[0]!['logical_file_name'] = name;
    expect((await insert(dbs, body)).code).toBe(code);
  });

  it('takes what the server does not check', async () => {
    const body = dump();
    assign(body, 'block', { block_name: 'garbage', file_count: 77, block_size: 0, origin_site_name: 'Nowhere' });
    assign(body, 'dataset', { physics_group_name: 'Typo', dataset_access_type: 'WEIRD', data_tier_name: 'FOOBAR' });
    assign(body, 'primds', { primary_ds_name: 'Other', primary_ds_type: 'zzz' });
    body.files[0]!['file_type'] = 'XYZ';
    body.files[1]!['file_lumi_list'] = [1, 1, 2].map((lumi) => ({ run_num: 1, lumi_section_num: lumi }));
    expect((await insert(dbs, body)).status).toBe(200);
    expect(dbs.books.files().map(({ lumis }) => lumis)).toEqual([1, 2]);
    expect((await insert(dbs, { ...dump(BLOCK, []), UNKNOWN: 1 })).status).toBe(200);
    const shouted = JSON.stringify(dump(OTHER_BLOCK, [5])).replace('"block_name"', '"Block_Name"');
    expect((await insert(dbs, shouted)).status).toBe(200);
  });

  it('takes validity in order until the first 1', async () => {
    const body = dump(BLOCK, [1, 2, 3]);
    for (const [index, valid] of [0, 1, 0].entries()) body.files[index]!['is_file_valid'] = valid;
    await insert(dbs, body);
    expect(dbs.books.files().map(({ valid }) => valid)).toEqual([false, true, true]);
  });

  it('derives the parents of a dataset', async () => {
    await insert(dbs, dump());
    const child = dump(`/GenericTTbar/jdoe-child-${PSET}/USER#1`, [3]);
    assign(child, 'dataset', { dataset: `/GenericTTbar/jdoe-child-${PSET}/USER` });
    child.file_parent_list.push({ logical_file_name: lfn(3), parent_logical_file_name: lfn(1) });
    expect((await insert(dbs, child)).status).toBe(200);
    const block = (await (
      await fetch(
        `${dbs.readerUrl}/blockdump?block_name=${encodeURIComponent(`/GenericTTbar/jdoe-child-${PSET}/USER#1`)}`,
      )
    ).json()) as Dump;
    expect(block['dataset_parent_list']).toEqual([DATASET]);
    expect(block.file_parent_list).toMatchObject([
      { this_logical_file_name: lfn(3), parent_logical_file_name: lfn(1) },
    ]);
  });
});

describe('faults of inserts', () => {
  it('are transient so often', async () => {
    dbs.insertFaults.transient(2);
    for (let n = 0; n < 2; n += 1) {
      const refusal = await insert(dbs, dump());
      expect([refusal.status, refusal.reason.includes('ORA-00001')]).toEqual([400, true]);
    }
    expect((await insert(dbs, dump())).status).toBe(200);
    expect(dbs.books.insertRequests).toBe(3);
  });

  it('die in mid-insert: the dataset stays, the block does not', async () => {
    dbs.insertFaults.dieInMidInsert(1);
    await expect(insert(dbs, dump())).rejects.toThrow('fetch failed');
    expect(dbs.books.datasets()).toEqual([DATASET]);
    expect(dbs.books.blocks()).toEqual([]);
    expect((await insert(dbs, dump())).status).toBe(200);
  });

  it('lose the answer of an insert that was done', async () => {
    dbs.server.faults.add({ method: 'POST', path: '/bulkblocks$', times: 1, action: 'drop-after' });
    await expect(insert(dbs, dump())).rejects.toThrow('fetch failed');
    expect((await insert(dbs, dump())).code).toBe(200);
    expect(dbs.books.blocks()).toHaveLength(1);
  });

  it('go the sequential way: 200 for what is there, and files that are there stay where they are', async () => {
    dbs.insertFaults.sequential();
    await insert(dbs, dump());
    expect(await insert(dbs, dump(BLOCK, [3]))).toEqual({ status: 200, code: null, reason: '[]' });
    expect((await insert(dbs, dump(OTHER_BLOCK))).status).toBe(200);
    expect(dbs.books.blocks().map(({ name, files }) => [name, files])).toEqual([
      [BLOCK, 2],
      [OTHER_BLOCK, 0],
    ]);
    expect(dbs.books.files().map((file) => file.lfn)).toEqual([lfn(1), lfn(2)]);
  });

  it.each([401, 403] as const)('deny with an empty %i', async (status) => {
    dbs.insertFaults.deny(status);
    const answer = await fetch(`${dbs.readerUrl}/healthz`);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
    dbs.insertFaults.deny(null);
    expect((await fetch(`${dbs.readerUrl}/healthz`)).status).toBe(200);
  });
});

it('keeps a database in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dbs-'));
  const database = join(folder, 'dbs.sqlite');
  for (const code of [null, 200]) {
    const server = await startDbsSimulator({ database });
    expect((await insert(server, dump())).code).toBe(code);
    await server.close();
  }
  await rm(folder, { recursive: true });
});
