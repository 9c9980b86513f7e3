import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createWebDavStorage } from '../../../src/adapters/storage/webdav-storage.ts';
import { SimulatorServer, type SimulatedHandler } from '../../../src/simulators/http-server.ts';
import { startStorageSimulator, type StorageSimulator } from '../../../src/simulators/storage/storage-simulator.ts';
import type { StoragePort } from '../../../src/ports/storage.ts';

const PISA = 'T2_IT_Pisa';
const LFN = '/store/user/jdoe/out_1.root';

let root: string;
let simulator: StorageSimulator;
let dispatchers: Dispatchers;
let storage: StoragePort;
let others: SimulatorServer[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'webdav-'));
  simulator = await startStorageSimulator({ root, sites: [PISA] });
  dispatchers = createAnonymousDispatchers();
  storage = createWebDavStorage({ dispatchers, timeoutMs: 2000 });
  others = [];
});

afterEach(async () => {
  await dispatchers.close();
  await Promise.all([simulator, ...others].map((server) => server.close()));
  await rm(root, { recursive: true });
});

/** Another server, for what a well-behaved door does not do. */
async function serve(handler: SimulatedHandler): Promise<string> {
  const server = await SimulatorServer.start(handler);
  others.push(server);
  return server.url;
}

describe('look', () => {
  it('tells size and Adler-32', async () => {
    const written = await simulator.writeFile(PISA, LFN, 'some bytes');
    expect(await storage.look(simulator.urlOf(PISA, LFN), NO_USER)).toEqual(written);
  });

  it('takes dav for http', async () => {
    const written = await simulator.writeFile(PISA, LFN, 'some bytes');
    expect(await storage.look(simulator.urlOf(PISA, LFN).replace('http:', 'dav:'), NO_USER)).toEqual(written);
  });

  it('is null for a file that is not there', async () => {
    expect(await storage.look(simulator.urlOf(PISA, LFN), NO_USER)).toBeNull();
  });

  it('refuses for good what the site refuses', async () => {
    await simulator.writeFile(PISA, LFN, 'x');
    simulator.server.faults.add({ path: 'out_1', action: 'answer', status: 403, body: '{}' });
    const look = storage.look(simulator.urlOf(PISA, LFN), NO_USER);
    await expect(look).rejects.toMatchObject({ type: 'StorageRefused', retryable: false });
  });

  it('asks for a credential where the door does', async () => {
    simulator.server.faults.add({ path: 'out_1', action: 'answer', status: 401, body: '{}' });
    const look = storage.look(simulator.urlOf(PISA, LFN), NO_USER);
    await expect(look).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it('waits for a site that is down', async () => {
    simulator.server.faults.outage(60_000);
    const look = storage.look(simulator.urlOf(PISA, LFN), NO_USER);
    await expect(look).rejects.toMatchObject({ type: 'StorageUnavailable', retryable: true });
  });

  it('follows a redirect to a pool node', async () => {
    const written = await simulator.writeFile(PISA, LFN, 'some bytes');
    const url = await serve(() => ({ status: 307, headers: { location: simulator.urlOf(PISA, LFN) } }));
    expect(await storage.look(`${url}/store/x`, NO_USER)).toEqual(written);
  });

  it('does not go round in redirects for ever', async () => {
    let asked = 0;
    const url = await serve(({ path }) => ({ status: 302, headers: { location: `${path}${(asked += 1)}` } }));
    const look = storage.look(`${url}/store/x`, NO_USER);
    await expect(look).rejects.toMatchObject({ type: 'StorageRefused', message: /more than 3 redirects/ });
    expect(asked).toBe(4);
  });

  it('goes nowhere on a redirect that does not say where to: what lies beside the file is not the file', async () => {
    const asked: string[] = [];
    const url = await serve(({ method, path }) => {
      asked.push(`${method} ${path}`);
      return path === '/store/x' ? { status: 302 } : { status: 404 };
    });
    const refused = { type: 'StorageRefused', retryable: false, message: /HTTP 302/ };
    await expect(storage.look(`${url}/store/x`, NO_USER)).rejects.toMatchObject(refused);
    await expect(storage.remove(`${url}/store/x`, NO_USER)).rejects.toMatchObject(refused);
    expect(asked).toEqual(['HEAD /store/x', 'DELETE /store/x']);
  });

  it.each([
    ['an open tag', '<d:getcontentlength '.repeat(12_000)],
    ['blanks without an end', `<d:getcontentlength>${' '.repeat(250_000)}`],
  ])('is not kept busy by a door that answers with %s', async (_what, body) => {
    const url = await serve(({ method }) =>
      method === 'HEAD' ? { status: 200, headers: { 'transfer-encoding': 'chunked' } } : { status: 207, body },
    );
    const before = performance.now();
    await expect(storage.look(`${url}/store/x`, NO_USER)).rejects.toMatchObject({ type: 'StorageRefused' });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('asks with PROPFIND where HEAD tells no length', async () => {
    const url = await serve(({ method }) =>
      method === 'HEAD'
        ? { status: 200, headers: { 'transfer-encoding': 'chunked', digest: 'md5=x, ADLER32=0A1B2' } }
        : { status: 207, body: '<D:prop><lp1:getcontentlength>42</lp1:getcontentlength></D:prop>' },
    );
    expect(await storage.look(`${url}/store/x`, NO_USER)).toEqual({ size: 42, adler32: '0000a1b2' });
  });
});

describe('remove', () => {
  it('removes a file, and says when there was none', async () => {
    await simulator.writeFile(PISA, LFN, 'some bytes');
    const url = simulator.urlOf(PISA, LFN);
    expect(await storage.remove(url, NO_USER)).toBe('removed');
    expect(await storage.remove(url, NO_USER)).toBe('absent');
    expect(await simulator.listFiles(PISA)).toEqual([]);
  });

  it('has removed the file although the answer was lost', async () => {
    await simulator.writeFile(PISA, LFN, 'some bytes');
    simulator.server.faults.add({ method: 'DELETE', path: '.', action: 'drop-after', times: 1 });
    const url = simulator.urlOf(PISA, LFN);
    await expect(storage.remove(url, NO_USER)).rejects.toMatchObject({ type: 'StorageUnavailable' });
    expect(await storage.remove(url, NO_USER)).toBe('absent');
  });

  it.each(['http://127.0.0.1:1/store/user/jdoe/', 'root://door//store/x', 'file:///etc/passwd', 'nonsense'])(
    'never deletes %s',
    async (url) => {
      await expect(storage.remove(url, NO_USER)).rejects.toMatchObject({ type: 'StorageRefused', retryable: false });
    },
  );
});
