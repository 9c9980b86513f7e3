import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDbsSimulator, type DbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';
import {
  BLOCK,
  DATASET,
  dump,
  get,
  insert,
  JSON_TYPE,
  lfn,
  lfnsOf,
  OTHER_BLOCK,
  put,
  refusalOf,
} from './dbs-requests.ts';

let dbs: DbsSimulator;

beforeEach(async () => {
  dbs = await startDbsSimulator();
});

afterEach(() => dbs.close());

describe('reading', () => {
  beforeEach(async () => {
    await insert(dbs, dump());
    await insert(dbs, dump(OTHER_BLOCK, [3]));
  });

  it('finds files by dataset, block and name', async () => {
    expect(lfnsOf(await get(dbs, 'files', { dataset: DATASET }))).toEqual([lfn(1), lfn(2), lfn(3)]);
    expect(lfnsOf(await get(dbs, 'files', { dataset: '/GenericTTbar/*/USER', release_version: 'CMSSW_1' }))).toEqual(
      [],
    );
    expect(lfnsOf(await get(dbs, 'files', { logical_file_name: `['${lfn(1)}', '${lfn(3)}']` }))).toEqual([
      lfn(1),
      lfn(3),
    ]);
    expect(await get(dbs, 'files', { logical_file_name: JSON.stringify([lfn(1), lfn(3)]) })).toEqual([]);
    expect(await get(dbs, 'files', { logical_file_name: lfn(2), detail: 'true' })).toMatchObject([
      { logical_file_name: lfn(2), block_name: BLOCK, dataset: DATASET, adler32: 'bbe03bd2', is_file_valid: 1 },
    ]);
  });

  it('finds blocks by file and datasets by access type', async () => {
    expect(await get(dbs, 'blocks', { logical_file_name: lfn(3) })).toEqual([{ block_name: OTHER_BLOCK }]);
    expect(await get(dbs, 'blocks', { dataset: DATASET, detail: 'true' })).toMatchObject([
      { block_name: BLOCK, dataset: DATASET, file_count: 2, origin_site_name: 'T2_CH_CERN', open_for_writing: 0 },
      { block_name: OTHER_BLOCK },
    ]);
    expect(await get(dbs, 'datasets', { dataset: DATASET })).toEqual([{ dataset: DATASET }]);
    expect(await get(dbs, 'outputconfigs', { dataset: DATASET })).toMatchObject([{ global_tag: 'crab3_tag' }]);
  });

  it('looks up many files at once', async () => {
    const look = async (body: object, headers: Record<string, string> = JSON_TYPE) => {
      const options = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(`${dbs.readerUrl}/fileArray`, options)).json()) as Record<string, unknown>[];
    };
    expect(await look({ logical_file_name: [lfn(3), lfn(9)], detail: 1 })).toMatchObject([
      { logical_file_name: lfn(3), block_name: OTHER_BLOCK },
    ]);
    // An empty list is no condition.
    expect(await look({ logical_file_name: [] })).toHaveLength(3);
  });

  it('answers a block that can be inserted elsewhere', async () => {
    const answer = await fetch(`${dbs.readerUrl}/blockdump?block_name=${encodeURIComponent(BLOCK)}`);
    const other = await startDbsSimulator();
    expect((await insert(other, await answer.text())).status).toBe(200);
    expect(other.books.files()).toEqual(dbs.books.files().slice(0, 2));
    await other.close();
    const none = await fetch(`${dbs.readerUrl}/blockdump?block_name=${encodeURIComponent(`${DATASET}#0`)}`);
    expect(await none.json()).toMatchObject({ files: null, block: { block_name: '' } });
  });

  it.each([
    ['files', '', 118],
    ['blocks', 'origin_site_name=T2_CH_CERN', 118],
    ['files', 'nonsense=1', 118],
    ['blockdump', '', 118],
    ['blocks', 'block_name=garbage', 113],
    ['blocks', `block_name=${DATASET}%23${'a'.repeat(37)}`, 113],
    ['datasets', 'dataset=//', 113],
    ['files', 'logical_file_name=/store/x', 113],
  ])('refuses %s?%s with %i', async (api, query, code) => {
    expect(await refusalOf(await fetch(`${dbs.readerUrl}/${api}?${query}`))).toMatchObject({ status: 400, code });
  });
});

describe('validity', () => {
  beforeEach(() => insert(dbs, dump()));

  it('changes files, whether they are there or not', async () => {
    expect((await put(dbs, 'files', { logical_file_name: lfn(1), is_file_valid: 0 })).status).toBe(200);
    expect((await put(dbs, 'files', { logical_file_name: lfn(9), is_file_valid: 0 })).status).toBe(200);
    expect(lfnsOf(await get(dbs, 'files', { dataset: DATASET, validFileOnly: '1' }))).toEqual([lfn(2)]);
    expect(lfnsOf(await get(dbs, 'files', { dataset: DATASET }))).toEqual([lfn(1), lfn(2)]);
  });

  it('changes datasets', async () => {
    expect((await put(dbs, 'datasets', { dataset: DATASET, dataset_access_type: 'INVALID' })).status).toBe(200);
    expect(await get(dbs, 'datasets', { dataset: DATASET })).toEqual([]);
    expect(await get(dbs, 'datasets', { dataset: DATASET, dataset_access_type: '*' })).toHaveLength(1);
    expect(await get(dbs, 'files', { dataset: DATASET, validFileOnly: '1' })).toEqual([]);
    expect((await put(dbs, 'datasets', { dataset: DATASET, dataset_access_type: 'ODD' })).code).toBe(408);
  });
});

describe('the wire', () => {
  /** A request whose packed answer is not unpacked. */
  async function raw(method: string, url: string, headers: object, body?: Buffer): Promise<[number, Buffer]> {
    const request = httpRequest(url, { method, headers: { ...headers } });
    const answer = new Promise<[number, Buffer]>((resolve, reject) => {
      request.on('error', reject);
      request.on('response', (response) => {
        buffer(response).then((bytes) => resolve([response.statusCode ?? 0, bytes]), reject);
      });
    });
    request.end(body);
    return answer;
  }

  it('takes and answers gzip; an error is two members', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip', 'accept-encoding': 'gzip' };
    const url = `${dbs.writerUrl}/bulkblocks`;
    const body = gzipSync(JSON.stringify(dump()));
    const [status, stored] = await raw('POST', url, headers, body);
    expect([status, gunzipSync(stored).toString()]).toEqual([200, '[]']);
    const [again, refusal] = await raw('POST', url, headers, body);
    expect([again, gunzipSync(refusal).toString().includes('already exists')]).toEqual([400, true]);
    expect(refusal.subarray(10).includes(Buffer.from([0x1f, 0x8b, 8]))).toBe(true);
  });

  it.each([
    ['other content', 415, 117, { 'content-type': 'application/json; charset=utf-8' }, '{}'],
    ['no gzip', 500, 120, { ...JSON_TYPE, 'content-encoding': 'gzip' }, JSON.stringify({ some: 'text' })],
    ['half a gzip', 400, 120, { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync('{"a":1}').subarray(0, 20)],
  ])('refuses %s with %i and code %i', async (_what, status, code, headers, body) => {
    const answer = await fetch(`${dbs.writerUrl}/bulkblocks`, { method: 'POST', headers, body });
    expect(await refusalOf(answer)).toMatchObject({ status, code });
  });

  it('does not unpack what fileArray is sent', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const body = gzipSync(JSON.stringify({ logical_file_name: [lfn(1)] }));
    const answer = await fetch(`${dbs.readerUrl}/fileArray`, { method: 'POST', headers, body });
    expect(await refusalOf(answer)).toMatchObject({ status: 500, code: 115 });
  });

  it('answers lines where they are asked for', async () => {
    await insert(dbs, dump());
    const headers = { accept: 'application/ndjson' };
    const answer = await fetch(`${dbs.readerUrl}/files?dataset=${DATASET}`, { headers });
    expect((await answer.text()).split('\n')).toHaveLength(3);
    expect(answer.headers.get('content-type')).toBe('application/ndjson');
  });

  it('knows its paths and methods', async () => {
    const ask = async (method: string, path: string) => {
      const answer = await fetch(dbs.url + path, { method });
      return [answer.status, await answer.text()];
    };
    expect(await ask('GET', '/dbs/prod/phys03/DBSReader/nothing')).toEqual([404, '404 page not found\n']);
    expect(await ask('GET', '/other')).toEqual([404, '404 page not found\n']);
    expect(await ask('GET', '/dbs/prod/phys03/DBSWriter/bulkblocks')).toEqual([405, '']);
    expect(await ask('POST', '/dbs/prod/phys03/DBSReader/bulkblocks')).toEqual([404, '404 page not found\n']);
    expect(await ask('GET', '/dbs/int/global/DBSReader/healthz')).toEqual([200, '[{"status":200}]']);
    expect(await get(dbs, 'errors')).toContainEqual({ code: 310, meaning: 'insert file error' });
    expect(await get(dbs, 'serverinfo')).toHaveLength(1);
  });

  it('notes who wrote, unless the body says', async () => {
    const headers = { ...JSON_TYPE, 'cms-authn-login': 'jdoe' };
    await fetch(`${dbs.writerUrl}/bulkblocks`, { method: 'POST', headers, body: JSON.stringify(dump()) });
    expect(await get(dbs, 'datasets', { dataset: DATASET, detail: '1' })).toMatchObject([{ create_by: 'jdoe' }]);
  });
});
