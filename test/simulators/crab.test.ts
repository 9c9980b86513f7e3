import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCrabSimulator, type CrabSimulator } from '../../src/simulators/crab/crab-simulator.ts';
import type { MetadataRecord } from '../../src/simulators/crab/books.ts';

const TASK = '261122_060000:jdoe_crab_tag';
const lfn = (n: number) => `/store/user/jdoe/GenericTTbar/tag/261122_060000/0000/output_${n}.root`;

let crab: CrabSimulator;

beforeEach(async () => {
  crab = await startCrabSimulator();
});

afterEach(() => crab.close());

type Fields = [string, string][];

async function metadata(fields: Fields, server = crab): Promise<MetadataRecord[]> {
  const answer = await fetch(`${server.restUrl}/filemetadata?${new URLSearchParams(fields).toString()}`);
  const { result } = (await answer.json()) as { result: string[] };
  return result.map((text) => JSON.parse(text) as MetadataRecord);
}

const send = (method: string, api: string, fields: Fields | Record<string, string>) =>
  fetch(`${crab.restUrl}/${api}`, { method, body: new URLSearchParams(fields) });

describe('file metadata', () => {
  beforeEach(() => {
    for (const n of [1, 2, 3]) crab.books.addMetadata(TASK, { lfn: lfn(n), jobid: String(n), filesize: 100 + n });
    crab.books.addMetadata(TASK, { lfn: '/store/user/jdoe/log.tar.gz', filetype: 'LOG' });
  });

  it('is found by LFN, unknown ones being absent', async () => {
    const found = await metadata([
      ['taskname', TASK],
      ...[3, 9, 1].map((n) => ['lfnList', lfn(n)] as [string, string]),
    ]);
    expect(found.map((record) => [record.lfn, record.jobid, record.filesize])).toEqual([
      [lfn(3), '3', 103],
      [lfn(1), '1', 101],
    ]);
    expect(found[0]).toMatchObject({ taskname: TASK, runlumi: { '1': { '419': '300' } }, parents: [] });
    expect(
      await metadata([
        ['taskname', 'another'],
        ['lfnList', lfn(1)],
      ]),
    ).toEqual([]);
  });

  it("is found by the list that CRAB's publisher sends", async () => {
    const strict = await startCrabSimulator({ refuseRepeatedLists: true });
    for (const n of [1, 2]) strict.books.addMetadata(TASK, { lfn: lfn(n) });
    const list: Fields = [
      ['taskname', TASK],
      ['lfnList', `['${lfn(1)}', '${lfn(2)}']`],
    ];
    expect(await metadata(list, strict)).toHaveLength(2);
    const repeated = new URLSearchParams([
      ['taskname', TASK],
      ['lfnList', lfn(1)],
      ['lfnList', lfn(2)],
    ]);
    expect((await fetch(`${strict.restUrl}/filemetadata?${repeated.toString()}`)).status).toBe(400);
    await strict.close();
  });

  it('is listed by type', async () => {
    const ask = (...more: Fields) => metadata([['taskname', TASK], ...more]);
    expect(await ask(['filetype', 'EDM'], ['howmany', '2'])).toHaveLength(2);
    expect(await ask(['filetype', 'EDM,LOG'])).toHaveLength(4);
    expect(await ask()).toEqual([]);
  });

  it('is put once, then only moved', async () => {
    const fields: Fields = [
      ...Object.entries({
        ...{ taskname: TASK, jobid: '7', outsize: '561301', publishdataname: 'tag-94ba', appver: 'CMSSW_12_4_0' },
        ...{ outtype: 'EDM', checksummd5: 'asda', checksumcksum: '3164535815', checksumadler32: 'bbe03bd1' },
        ...{ acquisitionera: 'null', events: '300', outlocation: 'T2_CH_CERN', outtmplocation: 'T2_IT_Pisa' },
        ...{ outlfn: lfn(7), outdatasetname: '/GenericTTbar/jdoe-tag-94ba/USER', globalTag: 'None' },
      }),
      ['outfileruns', '1'],
      ['outfileruns', '2'],
      ['outfilelumis', '419:300,420:12'],
      ['outfilelumis', '5:1'],
      ['inparentlfns', '/store/mc/a.root'],
    ];
    expect(await (await send('PUT', 'filemetadata', fields)).json()).toEqual({ result: [] });
    const moved = fields.map(([name, value]): [string, string] => {
      if (name === 'outtmplocation') return [name, 'T2_DE_DESY'];
      return name === 'outsize' || name === 'events' ? [name, '5'] : [name, value];
    });
    await send('PUT', 'filemetadata', moved);
    expect(
      await metadata([
        ['taskname', TASK],
        ['lfnList', lfn(7)],
      ]),
    ).toMatchObject([
      {
        ...{ lfn: lfn(7), jobid: '7', filesize: 5, tmplocation: 'T2_DE_DESY', inevents: 300, cksum: 3164535815 },
        ...{ runlumi: { '1': { '419': '300', '420': '12' }, '2': { '5': '1' } }, parents: ['/store/mc/a.root'] },
      },
    ]);
    expect((await send('PUT', 'filemetadata', fields.slice(1))).status).toBe(400);
    expect((await send('PUT', 'filemetadata', [...fields, ['outfileruns', '3']])).status).toBe(400);
  });

  it('is forgotten', async () => {
    crab.books.removeMetadata(TASK, lfn(1));
    expect(
      await metadata([
        ['taskname', TASK],
        ['lfnList', lfn(1)],
      ]),
    ).toEqual([]);
  });
});

describe('tasks', () => {
  it('are found by name, every value as text', async () => {
    crab.books.addTask(TASK, { tm_input_dataset: null, tm_publish_dbs_url: 'http://dbs/DBSWriter', tm_retries: 3 });
    const answer = await fetch(`${crab.restUrl}/task?subresource=search&workflow=${TASK}`);
    const { desc, result } = (await answer.json()) as { desc: { columns: string[] }; result: string[] };
    const row = Object.fromEntries(desc.columns.map((column, index) => [column, result[index]]));
    expect(row).toMatchObject({
      ...{ tm_taskname: TASK, tm_input_dataset: 'None', tm_publish_dbs_url: 'http://dbs/DBSWriter', tm_retries: '3' },
    });
  });

  it.each([
    ['subresource=search&workflow=none', 500, 'Impossible to find task none in the database.'],
    ['subresource=search', 400, 'Task name not found in the input parameters'],
    ['workflow=none', 400, "Incorrect 'subresource' parameter"],
    ['subresource=other', 400, "Incorrect 'subresource' parameter"],
  ])('refuse %s with %i, the reason in a header', async (query, status, reason) => {
    const answer = await fetch(`${crab.restUrl}/task?${query}`);
    expect([answer.status, answer.headers.get('x-error-info'), await answer.text()]).toEqual([status, reason, '']);
  });
});

it('serves any prefix, and refuses what it does not know', async () => {
  crab.books.addTask(TASK);
  const status = async (path: string, method = 'GET') => (await fetch(crab.url + path, { method })).status;
  expect(await status(`/crabserver/preprod/task?subresource=search&workflow=${TASK}`)).toBe(200);
  expect(await status('/crabserver/prod/nothing')).toBe(404);
  expect(await status('/crabserver/prod/task', 'DELETE')).toBe(405);
});
