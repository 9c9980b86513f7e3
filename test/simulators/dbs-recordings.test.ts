import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDbsSimulator, type DbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';

/** Exchanges with a real dbs2go, replayed: the simulator must answer the same but for dates, ids and traces. */
const RECORDINGS = new URL('../fixtures/dbs/', import.meta.url);

const text = (name: string) => readFileSync(new URL(name, RECORDINGS), 'utf8');

function split(message: string): { start: string; headers: Record<string, string>; body: string } {
  const [head = '', ...body] = message.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]));
  return { start, headers, body: body.join('\r\n\r\n') };
}

function send(url: string, name: string): Promise<Response> {
  const { start, headers, body } = split(text(`${name}.request.http`));
  const [method = '', path = ''] = start.split(' ');
  delete headers['Host'];
  return fetch(url + path, { method, headers, ...(method === 'POST' ? { body } : {}) });
}

function recorded(name: string): { status: number; type: string | undefined; body: string } {
  const { start, headers, body } = split(text(`${name}.response.http`));
  return { status: Number(start.split(' ')[1]), type: headers['Content-Type'], body };
}

/** JSON with what differs from run to run replaced by its type. */
function comparable(body: string): unknown {
  return JSON.parse(body, (key, value: unknown) => {
    const isVolatile =
      key.endsWith('_id') ||
      /^(creation_date|last_modification_date|stacktrace|timestamp|remote_addr|user_agent)$/.test(key);
    if (isVolatile) return value === null ? null : typeof value;
    return typeof value === 'string' ? value.replace(/request [0-9a-f]{64}/g, 'request <hash>') : value;
  });
}

describe('recordings of dbs2go', () => {
  let dbs: DbsSimulator;

  beforeAll(async () => {
    dbs = await startDbsSimulator();
    // The block that recording 107 looks for, published before it was made.
    const other = split(text('01-bulkblocks-ok.request.http'))
      .body.replaceAll('smoke_cbe5a395', 'extra_c448b921child')
      .replace(/#[0-9a-f-]{36}/, '#c113c9de-57e7-41ad-bfa1-6f4fd76c7f6f');
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${dbs.writerUrl}/bulkblocks`, { method: 'POST', headers, body: other })).status).toBe(200);
  });

  afterAll(() => dbs.close());

  it.each([
    '01-bulkblocks-ok',
    '02-datasets-detail',
    '06-blocks-by-name',
    '09-files-detail',
    '107-fileArray',
    '14-blockdump',
    '15-datasets-none',
    '17-bulkblocks-same-again',
    '18-bulkblocks-same-files-new-block',
    '24-bad-lfn-not-root',
    '29-bad-check_sum-int',
  ])('%s', async (name) => {
    const answer = await send(dbs.url, name);
    const expected = recorded(name);
    const body = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([expected.status, expected.type]);
    expect(comparable(body)).toEqual(comparable(expected.body));
    // A list has a row a line, and ids stay numbers.
    expect(body.split('\n').length).toBe(expected.body.split('\n').length);
    expect(/"file_id":\d{19}/.test(body)).toBe(/"file_id":\d{19}/.test(expected.body));
  });

  it('01-rate-limited-429', async () => {
    const limited = await startDbsSimulator({ rateLimit: 1 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(limited.url, '01-rate-limited-429')));
    const refused = answers.find(({ status }) => status === 429);
    const expected = recorded('01-rate-limited-429');
    expect([refused?.headers.get('content-type'), await refused?.text()]).toEqual([expected.type, expected.body]);
    expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
    await limited.close();
  });

  it("takes what CRAB's publisher writes", async () => {
    const body = text('crab-publisher-blockdump.json');
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${dbs.writerUrl}/bulkblocks`, { method: 'POST', headers, body });
    expect([answer.status, await answer.text()]).toEqual([200, '[]']);
  });
});
