import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCredentialFolder } from '../../../src/adapters/credentials/credential-folder.ts';
import {
  createAnonymousDispatchers,
  createDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createTrustAnchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import { exchange } from '../../../src/adapters/http.ts';
import type { CredentialRef } from '../../../src/domain/file.ts';
import { makeToken } from '../../../src/simulators/bearer-token.ts';
import { SimulatorServer, type SimulatorOptions } from '../../../src/simulators/http-server.ts';
import { TestAuthority } from '../../../src/simulators/pki/authority.ts';
import { tlsOf } from '../../../src/simulators/pki/server-tls.ts';
import { createSimulatedPki, type SimulatedPki } from '../../../src/simulators/pki/simulated-pki.ts';

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

describe('createDispatchers', () => {
  const ALICE: CredentialRef = { user: 'alice', group: '', role: '' };
  const HOUR_S = 3600;
  let folder: string;
  let pki: SimulatedPki;
  let server: SimulatorServer;
  let dispatchers: Dispatchers;

  /** A server that tells whom it takes its client for. */
  const startServer = (options: SimulatorOptions): Promise<SimulatorServer> =>
    SimulatorServer.start(
      ({ client, headers }) => ({
        status: 200,
        body: { dn: client?.kind === 'trusted' ? client.dn : null, authorization: headers.authorization ?? null },
      }),
      options,
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aso-dispatchers-'));
    pki = await createSimulatedPki(folder, ['alice', 'bob']);
    server = await startServer({ tls: pki.server });
  });
  beforeEach(() => {
    const trust = createTrustAnchors({ path: pki.trust });
    dispatchers = createDispatchers({ store: createCredentialFolder(pki.credentials), trust });
  });
  afterEach(() => dispatchers.close());
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function ask(url: string, ref = ALICE): Promise<unknown> {
    const connection = await dispatchers.for(url, ref);
    const call = { method: 'GET', url: new URL(url), connection, timeoutMs: 5000, failure: 'FtsUnavailable' } as const;
    return JSON.parse((await exchange(call)).text);
  }

  it("shows servers the owner's proxy, one agent per server and credential", async () => {
    const bob = { ...ALICE, user: 'bob' };
    expect(await ask(server.url)).toEqual({ dn: '/DC=org/DC=example/CN=alice', authorization: null });
    expect(await ask(server.url, bob)).toEqual({ dn: '/DC=org/DC=example/CN=bob', authorization: null });
    const { dispatcher } = await dispatchers.for(server.url, ALICE);
    expect((await dispatchers.for(`${server.url}/x`, ALICE)).dispatcher).toBe(dispatcher);
    expect((await dispatchers.for(server.url, bob)).dispatcher).not.toBe(dispatcher);
    expect((await dispatchers.for('https://127.0.0.1:2', ALICE)).dispatcher).not.toBe(dispatcher);
  });

  it('goes on with a fresh proxy, and lets what runs with the old one end', async () => {
    await pki.renewProxy('alice', HOUR_S);
    const slow = await startServer({ tls: pki.server, requestFaults: [{ path: '.', delayMs: 200, times: 1 }] });
    const old = await dispatchers.for(slow.url, ALICE);
    const running = ask(slow.url);
    await pki.renewProxy('alice', 2 * HOUR_S);
    const fresh = await dispatchers.for(slow.url, ALICE);
    expect(fresh.dispatcher).not.toBe(old.dispatcher);
    expect(await running).toMatchObject({ dn: expect.stringContaining('alice') as string });
    await dispatchers.close();
    expect((old.dispatcher as Agent).closed).toBe(true);
    await slow.close();
  });

  it('closes the agent of a credential that was replaced', async () => {
    const trust = createTrustAnchors({ path: pki.trust });
    const store = createCredentialFolder(pki.credentials);
    const quick = createDispatchers({ store, trust, replacedMs: 20 });
    await pki.renewProxy('alice', HOUR_S);
    const old = (await quick.for(server.url, ALICE)).dispatcher as Agent;
    await pki.renewProxy('alice', HOUR_S);
    const fresh = (await quick.for(server.url, ALICE)).dispatcher as Agent;
    await expect.poll(() => old.closed).toBe(true);
    expect(fresh.closed).toBe(false);
    await quick.close();
  });

  it('sends a token over TLS only', async () => {
    const token = makeToken('carol', HOUR_S);
    await mkdir(join(pki.credentials, 'carol'), { recursive: true });
    await writeFile(join(pki.credentials, 'carol/token'), token, { mode: 0o600 });
    const carol = { ...ALICE, user: 'carol' };
    const open = await startServer({});
    expect(await ask(server.url, carol)).toEqual({ dn: null, authorization: `Bearer ${token}` });
    expect(await ask(open.url, carol)).toEqual({ dn: null, authorization: null });
    await open.close();
  });

  it('waits where there is no credential, and needs none for plain http on loopback', async () => {
    await rm(join(pki.credentials, 'alice'), { recursive: true, force: true });
    await expect(ask(server.url)).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
    const open = await startServer({});
    expect(await ask(open.url)).toEqual({ dn: null, authorization: null });
    await open.close();
  });

  it('talks to no server of an authority that it does not trust, whatever the environment says', async () => {
    await pki.renewProxy('alice', HOUR_S);
    const stranger = await startServer({ tls: await tlsOf(await TestAuthority.create('Stranger')) });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await expect(ask(stranger.url)).rejects.toMatchObject({ type: 'FtsUnavailable', retryable: true });
    vi.unstubAllEnvs();
    await stranger.close();
  });

  it.each([
    [45, 'expired'],
    [48, 'unknown CA'],
    [116, 'required'],
    [42, 'bad certificate'],
  ])(
    'waits for a credential where the server refuses the certificate in the handshake (alert %i, %s)',
    async (code) => {
      await pki.renewProxy('alice', HOUR_S);
      // A fatal TLS alert in answer to whatever the client says first.
      const refusing = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, code])));
      });
      await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
      const url = `https://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
      await expect(ask(url)).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
      refusing.close();
    },
  );
});
