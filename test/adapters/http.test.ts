import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnonymousDispatchers, NO_USER, type Dispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { exchange, HttpFailure, readJson, type HttpRequest } from '../../src/adapters/http.ts';
import { SimulatorServer, type SimulatedAnswer } from '../../src/simulators/http-server.ts';

let dispatchers: Dispatchers;
let server: SimulatorServer;
let answer: SimulatedAnswer;

beforeEach(async () => {
  dispatchers = createAnonymousDispatchers();
  server = await SimulatorServer.start(() => answer);
  answer = { status: 200, body: { fine: true } };
});

afterEach(async () => {
  await dispatchers.close();
  await server.close();
});

const call = async (over: Partial<HttpRequest> = {}): Promise<HttpRequest> => ({
  method: 'GET',
  url: new URL(`${server.url}/jobs?ticket=secret`),
  connection: await dispatchers.for(server.url, NO_USER),
  timeoutMs: 5000,
  failure: 'FtsUnavailable',
  ...over,
});

/** The failure an exchange ends with. */
async function failureOf(over: Partial<HttpRequest> = {}): Promise<HttpFailure> {
  const failure = await exchange(await call(over)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HttpFailure);
  expect((failure as HttpFailure).message.length).toBeLessThanOrEqual(500);
  expect((failure as HttpFailure).message).not.toContain('secret');
  return failure as HttpFailure;
}

describe('exchange', () => {
  it.each(['<', '<title'])('is not kept busy by an error page of nothing but %j', async (part) => {
    answer = { status: 500, body: part.repeat(250_000) };
    const before = performance.now();
    await failureOf();
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('answers with status and body, refusals too', async () => {
    const request = await call();
    expect(readJson(request, await exchange(request))).toEqual({ fine: true });
    answer = { status: 404, body: 'nothing here' };
    expect(await exchange(request)).toMatchObject({ status: 404, text: 'nothing here' });
  });

  it('fails retryably with the type of the caller when the connection is dropped', async () => {
    server.faults.add({ path: '/jobs', action: 'drop-before', times: 1 });
    expect(await failureOf()).toMatchObject({ type: 'FtsUnavailable', retryable: true, status: null });
  });

  it('fails retryably where nobody listens', async () => {
    const gone = await SimulatorServer.start(() => answer);
    const url = new URL(`${gone.url}/jobs`);
    await gone.close();
    expect((await failureOf({ url })).message).toContain('ECONNREFUSED');
  });

  it('gives up after its time-out', async () => {
    server.faults.add({ path: '/jobs', delayMs: 1000, times: 1 });
    expect((await failureOf({ timeoutMs: 50 })).message).toContain('no answer within 50 ms');
  });

  it('tells a front end by its page and status', async () => {
    server.faults.add({ path: '/jobs', action: 'answer', times: 1 });
    const failure = await failureOf();
    expect(failure).toMatchObject({ status: 503, retryAfterMs: undefined });
    expect(failure.message).toBe(`GET ${server.url}/jobs: HTTP 503: 503 Service Unavailable`);
  });

  it('passes on when to come back', async () => {
    answer = { status: 429, headers: { 'retry-after': '7' }, body: 'Limit exceeded\n' };
    expect(await failureOf()).toMatchObject({ status: 429, retryAfterMs: 7000 });
  });

  it('reads no more than it is told', async () => {
    answer = { status: 200, body: 'x'.repeat(100_000) };
    expect((await failureOf({ maxBytes: 50_000 })).message).toContain('larger than 50000 bytes');
  });

  it('keeps a short message of a long error', async () => {
    answer = { status: 500, body: 'goroutine 102 [running] '.repeat(10_000) };
    expect((await failureOf()).message.length).toBeLessThan(400);
  });
});

describe('readJson', () => {
  it('takes an HTML page with status 200 for an outage', async () => {
    answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><title>Sign in</title></html>' };
    const request = await call();
    const received = await exchange(request);
    expect(() => readJson(request, received)).toThrow(/HTTP 200, not JSON: Sign in/);
  });
});
