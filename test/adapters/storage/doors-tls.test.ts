import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCredentialFolder } from '../../../src/adapters/credentials/credential-folder.ts';
import { createDispatchers, type Dispatchers } from '../../../src/adapters/credentials/dispatchers.ts';
import { createTrustAnchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import { createWebDavStorage } from '../../../src/adapters/storage/webdav-storage.ts';
import type { StoragePort } from '../../../src/ports/storage.ts';
import { makeToken } from '../../../src/simulators/bearer-token.ts';
import { SimulatorServer, type SimulatedHandler, type SimulatorOptions } from '../../../src/simulators/http-server.ts';
import { createSimulatedPki, type SimulatedPki } from '../../../src/simulators/pki/simulated-pki.ts';
import { startStorageSimulator, type StorageSimulator } from '../../../src/simulators/storage/storage-simulator.ts';

const ALICE = { user: 'alice', group: '', role: '' };
const BOB = { user: 'bob', group: '', role: '' };
/** Comes with a token. */
const CAROL = { user: 'carol', group: '', role: '' };
const lfnOf = (user: string) => `/store/temp/user/${user}.abc/out_1.root`;

let root: string;
let pki: SimulatedPki;
let simulator: StorageSimulator;
let dispatchers: Dispatchers;
let storage: StoragePort;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'doors-tls-'));
  pki = await createSimulatedPki(root, ['alice', 'bob']);
  await mkdir(join(pki.credentials, 'carol'), { recursive: true, mode: 0o700 });
  await writeFile(join(pki.credentials, 'carol', 'token'), makeToken('carol', 3600), { mode: 0o600 });
  simulator = await startStorageSimulator({
    root: join(root, 'sites'),
    sites: ['Site'],
    tls: pki.server,
    habits: { Site: { kind: 'xrootd' } },
  });
  dispatchers = createDispatchers({
    store: createCredentialFolder(pki.credentials),
    trust: createTrustAnchors({ path: pki.trust }),
  });
  storage = createWebDavStorage({ dispatchers, timeoutMs: 5000 });
});

afterAll(async () => {
  await dispatchers.close();
  await simulator.close();
  await rm(root, { recursive: true });
});

async function serve(handler: SimulatedHandler, options: SimulatorOptions = {}): Promise<string> {
  const server = await SimulatorServer.start(handler, options);
  onTestFinished(() => server.close());
  return server.url;
}

describe('a door over TLS that sends us to data servers', () => {
  it.each([ALICE, CAROL])('is looked at and cleaned as the owner, $user', async (owner) => {
    const written = await simulator.writeFile('Site', lfnOf(owner.user), 'bytes');
    const url = simulator.urlOf('Site', lfnOf(owner.user)).replace('https:', 'davs:');
    expect(await storage.look(url, owner)).toEqual(written);
    expect(await storage.remove(url, owner)).toBe('removed');
    expect(simulator.deletions().at(-1)).toMatchObject({ user: owner.user, lfn: lfnOf(owner.user), status: 200 });
    expect(await storage.look(url, owner)).toBeNull();
  });

  it('gives nothing of somebody else away', async () => {
    await simulator.writeFile('Site', lfnOf('alice'), 'bytes');
    const url = simulator.urlOf('Site', lfnOf('alice'));
    await expect(storage.remove(url, BOB)).rejects.toMatchObject({ type: 'StorageRefused', message: /HTTP 403/ });
    expect(await simulator.readFile('Site', lfnOf('alice'))).not.toBeNull();
  });
});

describe('a token', () => {
  /** What a server behind a redirect sees of the request. */
  async function seenBehind(options: SimulatorOptions): Promise<{ authorization: unknown; digest: unknown }> {
    const seen: { authorization: unknown; digest: unknown }[] = [];
    const behind = await serve(({ headers }) => {
      seen.push({ authorization: headers.authorization, digest: headers['want-digest'] });
      return { status: 200, headers: { 'content-length': '5', digest: 'adler32=0a1b2c3d' } };
    }, options);
    const door = await serve(() => ({ status: 307, headers: { location: `${behind}/pool/x` } }), { tls: pki.server });
    expect(await storage.look(`${door}/store/x`, CAROL)).toEqual({ size: 5, adler32: '0a1b2c3d' });
    return seen[0] ?? { authorization: null, digest: null };
  }

  it('is taken along to a data server over TLS, and what was asked too', async () => {
    expect(await seenBehind({ tls: pki.server })).toEqual({
      authorization: expect.stringMatching(/^Bearer /) as string,
      digest: 'adler32',
    });
  });

  it('is never shown to plain http', async () => {
    expect(await seenBehind({})).toEqual({ authorization: undefined, digest: 'adler32' });
  });

  it('is not shown to TLS behind plain http either', async () => {
    let authorization: unknown = 'not asked';
    const last = await serve(
      ({ headers }) => {
        ({ authorization } = headers);
        return { status: 200, headers: { 'content-length': '5', digest: 'adler32=0a1b2c3d' } };
      },
      { tls: pki.server },
    );
    const between = await serve(() => ({ status: 302, headers: { location: `${last}/x` } }));
    const door = await serve(() => ({ status: 302, headers: { location: `${between}/x` } }), { tls: pki.server });
    await storage.look(`${door}/store/x`, CAROL);
    expect(authorization).toBeUndefined();
  });
});

describe('redirects', () => {
  it('may be relative, and are never followed to a folder or off HTTP', async () => {
    await simulator.writeFile('Site', lfnOf('alice'), 'bytes');
    const places: Record<string, string> = { '/a/f': 'g', '/b/f': '/folder/', '/c/f': 'root://elsewhere/f' };
    const answered = { status: 200, headers: { 'content-length': '0' } };
    const door = await serve(
      ({ path }) => (places[path] ? { status: 307, headers: { location: places[path] } } : answered),
      { tls: pki.server },
    );
    expect(await storage.remove(`${door}/a/f`, ALICE)).toBe('removed');
    await expect(storage.remove(`${door}/b/f`, ALICE)).rejects.toMatchObject({ message: /to a folder/ });
    await expect(storage.remove(`${door}/c/f`, ALICE)).rejects.toMatchObject({ message: /to root:/ });
  });
});
