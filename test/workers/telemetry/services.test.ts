import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAnonymousDispatchers } from '../../../src/adapters/credentials/dispatchers.ts';
import { exchange } from '../../../src/adapters/http.ts';
import { SimulatorServer, type SimulatedAnswer } from '../../../src/simulators/http-server.ts';
import type { Metrics } from '../../../src/workers/telemetry/metrics.ts';
import { operationOf, watchServices } from '../../../src/workers/telemetry/services.ts';

const dispatchers = createAnonymousDispatchers();
const none = { user: '', group: '', role: '' };
let server: SimulatorServer;
let answer: SimulatedAnswer = { status: 200, body: {} };
const counted: unknown[] = [];
const metrics: Metrics = {
  add: (_, __, labels) => counted.push(labels),
  set: () => undefined,
  record: () => undefined,
};
beforeAll(async () => {
  server = await SimulatorServer.start(() => answer);
});
afterAll(async () => {
  await dispatchers.close();
  await server.close();
});

/** How a request that is answered so is counted. */
async function outcomeOf(status: number, timeoutMs = 20_000): Promise<unknown> {
  const url = `${server.url}/DBSWriter/bulkblocks`;
  answer = { status, body: {} };
  const connection = await dispatchers.for(url, none);
  const observe = watchServices(metrics).onRequest;
  const call = { method: 'POST', url: new URL(url), connection: { ...connection, observe }, timeoutMs } as const;
  await exchange({ ...call, failure: 'CatalogUnavailable' }).catch(() => undefined);
  return counted.pop();
}

test('requests are counted by what came of them', async () => {
  const bulkblocks = { service: 'dbs', operation: 'bulkblocks' };
  for (const [status, outcome] of Object.entries({ 200: '2xx', 302: '3xx', 403: '4xx', 429: '429', 503: '5xx' }))
    expect(await outcomeOf(Number(status))).toEqual({ ...bulkblocks, outcome });
  server.faults.add({ path: 'bulkblocks', delayMs: 2000, times: 1 });
  expect(await outcomeOf(200, 50)).toEqual({ ...bulkblocks, outcome: 'timeout' });
  server.faults.add({ path: 'bulkblocks', action: 'drop-before', times: 1 });
  expect(await outcomeOf(200)).toEqual({ ...bulkblocks, outcome: 'network' });
});

test.each([
  ['fts', 'POST', '/jobs', 'submit'],
  ['fts', 'GET', '/jobs/a,b,c?files=file_id', 'look'],
  ['fts', 'DELETE', '/jobs/a', 'cancel'],
  ['fts', 'PUT', '/delegation/abc/credential', 'delegate'],
  ['fts', 'GET', '/base/whoami', 'whoami'],
  ['fts', 'GET', '/alice/secret', 'other'],
  ['crab', 'GET', '/crabserver/prod/filetransfers?username=alice', 'filetransfers'],
  ['dbs', 'GET', '/dbs/prod/phys03/DBSReader/alice', 'other'],
  ['storage', 'PROPFIND', '/store/user/alice/file.root', 'PROPFIND'],
] as const)('%s %s %s is called %s, never by what it is about', (service, method, path, operation) => {
  const url = new URL(path, 'https://host.example');
  expect(operationOf(service, { method, url })).toBe(operation);
});
