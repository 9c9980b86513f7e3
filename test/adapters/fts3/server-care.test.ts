import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createFtsClient, type FtsClient } from '../../../src/adapters/fts3/fts-client.ts';
import { ServerCare, type CareOptions } from '../../../src/adapters/fts3/server-care.ts';
import { SimulatorServer, type SimulatedAnswer, type SimulatedRequest } from '../../../src/simulators/http-server.ts';

/** Long enough to look at, short enough to wait for. */
const CIRCUIT = { failures: 3, firstPauseMs: 150, longestPauseMs: 300 };

let dispatchers: Dispatchers;
let server: SimulatorServer;
/** Requests as they arrived. */
let seen: string[];
let answer: (request: SimulatedRequest) => Promise<SimulatedAnswer> | SimulatedAnswer;

beforeEach(async () => {
  dispatchers = createAnonymousDispatchers();
  seen = [];
  answer = () => ({ status: 200, body: {} });
  server = await SimulatorServer.start((request) => {
    seen.push(`${request.method} ${request.path}`);
    return answer(request);
  });
});

afterEach(async () => {
  await dispatchers.close();
  await server.close();
});

const clientWith = (options: Partial<CareOptions> = {}): FtsClient =>
  createFtsClient(dispatchers, new ServerCare({ circuit: CIRCUIT, ...options }));

const look = (client: FtsClient, over: { url?: string; patient?: boolean; path?: string; timeoutMs?: number } = {}) => {
  const { url = server.url, patient = true, path = 'jobs/1', timeoutMs = 20_000 } = over;
  return client({ server: url, credential: NO_USER, method: 'GET', path, timeoutMs, patient });
};

/** Lets so many looks fail, one after another. */
async function fail(client: FtsClient, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await expect(look(client, { timeoutMs: 500 })).rejects.toThrow();
}

describe('the circuit of a server', () => {
  it.each([
    ['drops connections', () => server.faults.add({ path: '/', action: 'drop-before' })],
    ['has only its front end answer', () => server.faults.add({ path: '/', action: 'answer', status: 500 })],
    ['answers 503', () => server.faults.add({ path: '/', action: 'answer', status: 503, body: '{}' })],
    ['stalls', () => server.faults.add({ path: '/', delayMs: 3000 })],
  ])('opens where it %s, and then asks it nothing', { timeout: 10_000 }, async (_what, breakIt) => {
    const client = clientWith();
    breakIt();
    await fail(client, CIRCUIT.failures);
    const asked = server.counts['GET /jobs'];
    expect(asked).toBe(CIRCUIT.failures);
    const refused = await look(client).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      type: 'FtsUnavailable',
      retryable: true,
      message: expect.stringMatching(/circuit open since \d{4}-\d\d-\d\dT.*: GET http/) as string,
      since: expect.closeTo(Date.now(), -4) as number,
    });
    const { retryAfterMs } = refused as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(CIRCUIT.firstPauseMs + 50);
    expect(server.counts['GET /jobs']).toBe(asked);
  });

  it('opens where nobody listens, and leaves other servers alone', async () => {
    const gone = await SimulatorServer.start(() => ({ status: 200, body: {} }));
    const { url } = gone;
    await gone.close();
    const client = clientWith();
    for (let n = 0; n < CIRCUIT.failures; n += 1) await expect(look(client, { url })).rejects.toThrow('ECONNREFUSED');
    await expect(look(client, { url })).rejects.toThrow('circuit open since');
    await expect(look(client)).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['fails in one request', 500, '{"message":"IndexError"}'],
    ['asks for patience', 429, '{}'],
    ['refuses', 403, '{"message":"no"}'],
    ['answers nonsense', 200, 'nonsense'],
  ])('stays closed where it %s', async (_what, status, body) => {
    const client = clientWith();
    answer = () => ({ status, body });
    await Promise.all(Array.from({ length: 10 }, () => look(client).catch(() => undefined)));
    await look(client).catch(() => undefined);
    expect(seen).toHaveLength(11);
  });

  it('stays closed while some requests get through', async () => {
    const client = clientWith();
    for (let n = 0; n < 4; n += 1) {
      server.faults.add({ path: '/', action: 'drop-before', times: CIRCUIT.failures - 1 });
      await fail(client, CIRCUIT.failures - 1);
      await look(client);
    }
  });

  it('is tried by one request after a pause, and closes when that gets through', async () => {
    const client = clientWith();
    server.faults.add({ path: '/', action: 'drop-before', times: CIRCUIT.failures + 1 });
    await fail(client, CIRCUIT.failures);
    const together = (): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(Array.from({ length: 5 }, () => look(client)));
    const afterPause = async (): Promise<void> => {
      const { retryAfterMs } = (await look(client).catch((error: unknown) => error)) as { retryAfterMs: number };
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    };
    await afterPause();
    const asked = server.counts['GET /jobs'] ?? 0;
    expect((await together()).map(({ status }) => status)).not.toContain('fulfilled');
    expect(server.counts['GET /jobs']).toBe(asked + 1);
    await afterPause();
    expect((await together()).map(({ status }) => status)).not.toContain('rejected');
  });
});

describe('the lane to a server', () => {
  /** Holds every request until it is let go. */
  function hold(): { under: () => number; letGo: () => void } {
    const gates: (() => void)[] = [];
    answer = () => new Promise((resolve) => gates.push(() => resolve({ status: 200, body: {} })));
    return { under: () => gates.length, letGo: () => gates.splice(0).forEach((open) => open()) };
  }

  it('takes only so many requests at a time, submissions and cancels first', async () => {
    const client = clientWith({ atOnce: 2 });
    const held = hold();
    const looks = [1, 2, 3, 4].map((n) => look(client, { path: `jobs/${n}` }));
    await expect.poll(held.under).toBe(2);
    const urgent = look(client, { path: 'whoami', patient: false });
    held.letGo();
    await expect.poll(held.under).toBe(2);
    expect(seen).toEqual(['GET /jobs/1', 'GET /jobs/2', 'GET /whoami', 'GET /jobs/3']);
    held.letGo();
    await expect.poll(held.under).toBe(1);
    held.letGo();
    await Promise.all([...looks, urgent]);
  });

  it('begins only so many requests a second', async () => {
    const client = clientWith({ perSecond: 5 });
    const began: number[] = [];
    answer = () => {
      began.push(Date.now());
      return { status: 200, body: {} };
    };
    await Promise.all(Array.from({ length: 12 }, () => look(client)));
    // The eleventh of twelve has to wait for the third second; a busy machine shifts what arrives by some of it.
    expect((began[11] ?? 0) - (began[0] ?? 0)).toBeGreaterThanOrEqual(1500);
  });

  it('lets nobody wait for ever', async () => {
    const client = clientWith({ atOnce: 1, patienceMs: 100 });
    const held = hold();
    const first = look(client);
    await expect.poll(held.under).toBe(1);
    await expect(look(client)).rejects.toMatchObject({ type: 'FtsUnavailable', message: /no turn within 0.1 s/ });
    held.letGo();
    await first;
    // The turn of the one that gave up is not lost.
    const next = look(client);
    await expect.poll(held.under).toBe(1);
    held.letGo();
    await next;
  });
});

it.each([429, 503])('a server that asks for patience by %i is left alone for as long', async (status) => {
  const client = clientWith();
  answer = () => ({ status, headers: { 'retry-after': '1' }, body: '{}' });
  await expect(look(client)).rejects.toMatchObject({ retryAfterMs: 1000 });
  answer = () => ({ status: 200, body: {} });
  const refused = await look(client, { patient: false }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ type: 'FtsUnavailable', message: expect.stringContaining('left alone') as string });
  expect(seen).toHaveLength(1);
  const { retryAfterMs } = refused as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(500);
  await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 5));
  await expect(look(client)).resolves.toMatchObject({ status: 200 });
});
