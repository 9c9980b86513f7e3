import { Agent } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAnonymousDispatchers, NO_USER } from '../../../src/adapters/credentials/dispatchers.ts';
import { exchange } from '../../../src/adapters/http.ts';
import { SimulatorServer } from '../../../src/simulators/http-server.ts';

const SERVER = 'http://127.0.0.1:1';

afterEach(() => vi.useRealTimers());

describe('createAnonymousDispatchers', () => {
  it('has one agent per origin and no headers', async () => {
    const dispatchers = createAnonymousDispatchers();
    const first = await dispatchers.for(SERVER, NO_USER);
    expect(first.headers).toEqual({});
    expect((await dispatchers.for(`${SERVER}/some/path`, { ...NO_USER, user: 'jdoe' })).dispatcher).toBe(
      first.dispatcher,
    );
    expect((await dispatchers.for('http://127.0.0.1:2', NO_USER)).dispatcher).not.toBe(first.dispatcher);
    await dispatchers.close();
  });

  it('closes an agent that nobody asked for', async () => {
    vi.useFakeTimers();
    const dispatchers = createAnonymousDispatchers();
    const { dispatcher } = await dispatchers.for(SERVER, NO_USER);
    vi.advanceTimersByTime(20 * 60 * 1000);
    expect(dispatcher instanceof Agent && dispatcher.closed).toBe(true);
    expect((await dispatchers.for(SERVER, NO_USER)).dispatcher).not.toBe(dispatcher);
    await dispatchers.close();
  });

  it('lets running exchanges end when it is closed', async () => {
    const server = await SimulatorServer.start(() => ({ status: 200, body: 'fine' }), {
      requestFaults: [{ path: '.', delayMs: 100 }],
    });
    const dispatchers = createAnonymousDispatchers();
    const connection = await dispatchers.for(server.url, NO_USER);
    const url = new URL(server.url);
    const running = exchange({ method: 'GET', url, connection, timeoutMs: 5000, failure: 'FtsUnavailable' });
    await dispatchers.close();
    expect(await running).toMatchObject({ status: 200, text: 'fine' });
    await server.close();
  });
});
