import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCrabSimulator, type CrabSimulator } from '../../src/simulators/crab/crab-simulator.ts';
import { transferNumber } from '../../src/simulators/crab/transfer-row.ts';

const TASK = '261122_060000:jdoe_crab_tag';

let crab: CrabSimulator;
beforeEach(async () => {
  crab = await startCrabSimulator();
});
afterEach(() => crab.close());

type Fields = Record<string, string>;
const send = (method: string, api: string, fields: Fields) =>
  fetch(`${crab.restUrl}/${api}`, { method, body: new URLSearchParams(fields) });
const post = async (fields: Fields) => {
  const answer = await send('POST', 'filetransfers', { asoworker: 'aso', ...fields });
  return [answer.status, answer.headers.get('x-error-info') ?? ((await answer.json()) as { result: unknown }).result];
};
async function ask(api: string, fields: Fields): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${crab.restUrl}/${api}?${new URLSearchParams(fields).toString()}`);
  const { desc, result } = (await answer.json()) as { desc: { columns: string[] }; result: unknown[][] };
  return result.map((row) => Object.fromEntries(desc.columns.map((column, i) => [column, row[i]])));
}

const fields = (id: string): Fields => ({
  ...{ id, username: 'jdoe', taskname: TASK, destination: 'T2_CH_CERN', destination_lfn: `/store/user/jdoe/${id}` },
  ...{ source: 'T2_IT_Pisa', source_lfn: `/store/temp/user/jdoe.1/${id}`, filesize: '5', publish: '0', job_id: '1' },
  ...{ job_retry_count: '0', type: 'output', start_time: '1795000000' },
  ...{ transfer_state: 'NEW', publication_state: 'NOT_REQUIRED' },
});
const insert = async (...ids: string[]) => {
  for (const id of ids) await send('PUT', 'fileusertransfers', fields(id));
};

it('rows are inserted once, nobody’s', async () => {
  const put = async (row: Fields) => (await send('PUT', 'fileusertransfers', { asoworker: 'x', ...row })).status;
  expect(await put(fields('a'))).toBe(200);
  expect(crab.books.transfers.get('a')).toMatchObject({ tm_aso_worker: null, tm_filesize: 5, tm_transfer_state: 0 });
  expect(await put(fields('a'))).toBe(500);
  expect(await put({ ...fields('b'), transfer_state: 'ODD' })).toBe(500);
  expect(await put({ id: 'c' })).toBe(400);
});

describe('the queue', () => {
  it('gives each row to one worker, which finds it again', async () => {
    crab.books.addTask(TASK, { tm_user_group: 'higgs' });
    await insert('a', 'b');
    const take = { subresource: 'acquireTransfers', username: 'jdoe' };
    const users = { subresource: 'activeUsers', grouping: '0', asoworker: 'one' };
    expect(await ask('filetransfers', users)).toMatchObject([{ tm_username: 'jdoe', tm_user_group: 'higgs' }]);
    expect(await post({ ...take, asoworker: 'one' })).toEqual([200, [{ modified: 2 }]]);
    expect(await post({ ...take, asoworker: 'two' })).toEqual([200, [{ modified: 0 }]]);
    const list = { subresource: 'acquiredTransfers', grouping: '0', asoworker: 'one' };
    expect(await ask('filetransfers', list)).toMatchObject([{ tm_id: 'a', tm_user_group: 'higgs' }, { tm_id: 'b' }]);
    // Row numbers below the limit.
    expect(await ask('filetransfers', { ...list, limit: '2' })).toHaveLength(1);
    expect(await ask('filetransfers', { ...list, asoworker: 'two' })).toEqual([]);
  });

  it('lists what is to be published, without the ids, and what is to be killed', async () => {
    await insert('a');
    await post({ subresource: 'updateTransfers', list_of_ids: 'a', list_of_transfer_state: 'DONE' });
    await post({ subresource: 'acquirePublication' });
    const list = { subresource: 'acquiredPublication', grouping: '0', asoworker: 'aso' };
    expect(await ask('filetransfers', list)).toEqual([]);
    const flag = { subresource: 'updatePublication', list_of_publication_state: 'NEW', publish_flag: '1' };
    expect(await post({ ...flag, list_of_ids: 'a', asoworker: '%' })).toMatchObject([200, []]);
    expect(await post({ subresource: 'acquirePublication' })).toEqual([200, [{ modified: 1 }]]);
    const [row] = await ask('filetransfers', list);
    expect(row).toMatchObject({ tm_destination_lfn: '/store/user/jdoe/a', tm_input_dataset: null });
    expect(row).not.toHaveProperty('tm_id');

    await post({ subresource: 'updateTransfers', list_of_ids: 'a', list_of_transfer_state: 'KILL' });
    const kills = { subresource: 'getTransfersToKill', grouping: '0', asoworker: 'aso' };
    expect(await ask('filetransfers', kills)).toMatchObject([{ tm_id: 'a' }]);
  });

  it.each([
    [{ subresource: 'acquiredTransfers', asoworker: 'x' }, "Incorrect 'grouping' parameter"],
    [{ subresource: 'acquiredTransfers', grouping: '0' }, 'Required asoworker parameter is not set.'],
    [{ subresource: 'activeUserPublications', grouping: '0' }, "Invalid 'subresource' parameter"],
  ])('refuses %j', async (query, reason) => {
    const answer = await fetch(`${crab.restUrl}/filetransfers?${new URLSearchParams(query as Fields).toString()}`);
    expect([answer.status, answer.headers.get('x-error-info')]).toEqual([400, reason]);
  });

  it('lets a user kill what is new only', async () => {
    await insert('a', 'b');
    await post({ subresource: 'updateTransfers', list_of_ids: 'b', list_of_transfer_state: 'SUBMITTED' });
    await send('POST', 'fileusertransfers', { subresource: 'killTransfers', username: 'jdoe', taskname: TASK });
    const states = [...crab.books.transfers.values()].map(({ tm_transfer_state }) => tm_transfer_state);
    expect(states).toEqual([transferNumber('KILL'), transferNumber('SUBMITTED')]);
  });
});

describe('updates', () => {
  beforeEach(() => insert('a', 'b'));
  const update = { subresource: 'updateTransfers', list_of_ids: 'a,b', list_of_transfer_state: 'FAILED,FAILED' };
  const reasons = () => [...crab.books.transfers.values()].map((row) => row.tm_transfer_failure_reason);

  it('take over rows whatever they say, and know no unknown ones', async () => {
    expect((await post({ ...update, list_of_ids: "['a', 'z']" }))[0]).toBe(200);
    expect(crab.books.transfers.get('a')).toMatchObject({ tm_transfer_state: 2, tm_aso_worker: 'aso' });
    expect((await post({ ...update, list_of_transfer_state: 'DONE,DONE' }))[0]).toBe(200);
    expect(crab.books.transfers.get('a')).toMatchObject({ tm_transfer_state: 3 });
  });

  it('cut reasons at commas, refuse line breaks and what is too long, and wipe reasons out with FTS ids', async () => {
    const withReasons = (list_of_failure_reason: string) =>
      post({ ...update, list_of_retry_value: '0,0', list_of_failure_reason });
    await withReasons('one, two, three');
    expect(reasons()).toEqual(['one', 'two']);
    expect(await withReasons('one\ntwo,three')).toEqual([400, "Invalid 'list_of_failure_reason' parameter"]);
    expect((await withReasons(`${'x'.repeat(1001)},b`))[0]).toBe(500);
    expect((await withReasons('only one'))[0]).toBe(500);
    await post({ ...update, list_of_fts_instance: 'f,f', list_of_fts_id: '1,2' });
    expect(reasons()).toEqual([null, null]);
    expect(crab.books.transfers.get('b')).toMatchObject({ tm_fts_id: '2', tm_fts_instance: 'f' });
  });

  it('of publications stop at the first row that is unknown or another’s', async () => {
    const publish = { subresource: 'updatePublication', list_of_publication_state: 'DONE,DONE,DONE' };
    expect(await post({ ...publish, list_of_ids: 'a,z,b' })).toEqual([400, '0 vs. 1 expected']);
    const states = [...crab.books.transfers.values()].map(({ tm_publication_state }) => tm_publication_state);
    expect(states).toEqual([3, 5]);
  });

  it('are recorded as they are posted; what is none is refused', async () => {
    await post(update);
    const { subresource, ...rest } = update;
    expect(crab.books.transfersCalls).toEqual([{ subresource, arguments: { asoworker: 'aso', ...rest } }]);
    expect((await post({ ...update, subresource: 'other' }))[0]).toBe(400);
    expect((await post({ ...update, asoworker: 'a b' }))[0]).toBe(400);
    expect((await post({ ...update, subresource: 'killTransfers' }))[0]).toBe(500);
  });
});
