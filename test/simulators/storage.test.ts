import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adler32, adler32Hex } from '../../src/domain/adler32.ts';
import { startStorageSimulator, type StorageSimulator } from '../../src/simulators/storage/storage-simulator.ts';
import { writeStorageJson } from '../../src/simulators/storage/storage-json.ts';

const PISA = 'T2_IT_Pisa';
const CERN = 'T2_CH_CERN';
const LFN = '/store/user/jdoe/out_1.root';

let root: string;
let storage: StorageSimulator;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'storage-'));
  storage = await startStorageSimulator({ root, sites: [PISA, CERN] });
});

afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true });
});

/** The status of a GET whose target is sent as written, which fetch would normalise. */
async function statusOfRawGet(target: string): Promise<number> {
  const socket = connect(Number(new URL(storage.url).port), '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return Number(text.split(' ')[1]);
}

describe('files', () => {
  it('puts, looks, gets, replaces and deletes', async () => {
    const url = storage.urlOf(PISA, LFN);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(url, { method: 'PUT', body: 'Wiki' })).status).toBe(201);
    expect((await fetch(url, { method: 'PUT', body: 'Wikipedia' })).status).toBe(204);

    const head = await fetch(url, { method: 'HEAD', headers: { 'Want-Digest': 'adler32' } });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '9']);
    expect(head.headers.get('digest')).toBe('adler32=11e60398');
    const get = await fetch(url);
    expect([await get.text(), get.headers.get('digest')]).toEqual(['Wikipedia', null]);
    expect(await readFile(join(root, PISA, LFN), 'utf8')).toBe('Wikipedia');

    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
    expect(await storage.listFiles(PISA)).toEqual([]);
  });

  it('answers the newer checksum header in base64', async () => {
    await storage.writeFile(PISA, LFN, 'Wiki');
    const head = await fetch(storage.urlOf(PISA, LFN), { method: 'HEAD', headers: { 'Want-Repr-Digest': 'adler=10' } });
    expect(head.headers.get('repr-digest')).toBe(`adler=:${Buffer.from('03da0195', 'hex').toString('base64')}:`);
  });

  it('carries large files whole and sums them', async () => {
    const bytes = Buffer.alloc(3_000_000, 'events ');
    await fetch(storage.urlOf(PISA, LFN), { method: 'PUT', body: bytes });
    const copy = await fetch(storage.urlOf(PISA, LFN));
    await fetch(storage.urlOf(CERN, LFN), { method: 'PUT', body: copy.body, duplex: 'half' });
    expect((await storage.readFile(CERN, LFN))?.equals(bytes)).toBe(true);
    expect(await storage.adler32Of(CERN, LFN)).toBe(adler32Hex(adler32(bytes)));
  });

  it('notices a file that changed on disk', async () => {
    await storage.writeFile(PISA, LFN, 'Wiki');
    expect(await storage.adler32Of(PISA, LFN)).toBe('03da0195');
    await writeFile(join(root, PISA, LFN), 'Wikipedia');
    expect(await storage.adler32Of(PISA, LFN)).toBe('11e60398');
    expect(await storage.adler32Of(PISA, '/store/none')).toBeNull();
  });

  it('leaves nothing of an upload that breaks', async () => {
    const upload = request(storage.urlOf(PISA, LFN), { method: 'PUT', headers: { 'content-length': '1000000' } });
    const broken = once(upload, 'error');
    upload.write('half');
    const uploads = join(root, '.uploads');
    await expect.poll(() => readdir(uploads).catch(() => []), { timeout: 10_000 }).toHaveLength(1);
    upload.destroy();
    await broken;
    await expect.poll(() => readdir(uploads), { timeout: 10_000 }).toEqual([]);
    expect(await storage.listFiles(PISA)).toEqual([]);
  });

  it('refuses a file where a folder stands and the reverse', async () => {
    await storage.writeFile(PISA, '/store/a', 'x');
    expect((await fetch(storage.urlOf(PISA, '/store'), { method: 'PUT', body: 'x' })).status).toBe(409);
    expect((await fetch(storage.urlOf(PISA, '/store/a/b'), { method: 'PUT', body: 'x' })).status).toBe(409);
    expect((await fetch(storage.urlOf(PISA, '/store'), { method: 'DELETE' })).status).toBe(409);
  });
});

describe('folders', () => {
  it('makes them and lists them', async () => {
    const mkcol = (lfn: string) => fetch(storage.urlOf(PISA, lfn), { method: 'MKCOL' }).then(({ status }) => status);
    expect([await mkcol('/store/a'), await mkcol('/store'), await mkcol('/store')]).toEqual([409, 201, 405]);
    await storage.writeFile(PISA, '/store/a b&c', 'four');

    const propfind = (depth: string) =>
      fetch(storage.urlOf(PISA, '/store'), { method: 'PROPFIND', headers: { depth } }).then(async (response) => ({
        status: response.status,
        hrefs: [
          ...(await response.text()).matchAll(/<d:href>(.*?)<\/d:href>.*?(?:getcontentlength>(\d+)|collection)/g),
        ],
      }));
    const one = await propfind('1');
    expect(one.status).toBe(207);
    expect(one.hrefs.map(([, href, length]) => [href, length])).toEqual([
      [`/${PISA}/store/`, undefined],
      [`/${PISA}/store/a%20b%26c`, '4'],
    ]);
    expect((await propfind('0')).hrefs).toHaveLength(1);
    expect((await propfind('infinity')).status).toBe(403);
  });

  it('tells its methods', async () => {
    const options = await fetch(storage.urlOf(PISA, '/'), { method: 'OPTIONS' });
    expect(options.headers.get('allow')).toContain('PROPFIND');
    expect((await fetch(storage.urlOf(PISA, LFN), { method: 'PATCH' })).status).toBe(405);
  });
});

describe('paths', () => {
  it.each([
    `/${PISA}/../../etc/passwd`,
    `/${PISA}/%2e%2e/%2e%2e/etc/passwd`,
    `/${PISA}/store/..%2f..%2f${CERN}/x`,
    `/${PISA}/store/%2E./x`,
    `/../etc/passwd`,
    `/${PISA}/store/x%00y`,
    `/${PISA}/store/..%5cx`,
  ])('refuses %s', async (target) => {
    expect(await statusOfRawGet(target)).toBe(403);
  });

  it('refuses a link that leaves the root', async () => {
    await storage.writeFile(PISA, LFN, 'x');
    await symlink('/', join(root, PISA, 'out'));
    expect(await statusOfRawGet(`/${PISA}/out/etc/hostname`)).toBe(403);
    expect((await fetch(storage.urlOf(PISA, '/out/tmp/x'), { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  it('does not serve unknown sites, nor its own folders', async () => {
    expect(await statusOfRawGet('/T2_XX_Nowhere/store/x')).toBe(404);
    expect(await statusOfRawGet('/.uploads/x')).toBe(404);
    expect(await statusOfRawGet('/')).toBe(404);
    expect(await statusOfRawGet('/%zz')).toBe(400);
    expect(await statusOfRawGet(`/${PISA}/${'x'.repeat(256)}`)).toBe(414);
    expect(await statusOfRawGet(`//${PISA}//store/./none`)).toBe(404);
  });
});

describe('faults of a site', () => {
  const put = (site: string, lfn = LFN) =>
    fetch(storage.urlOf(site, lfn), { method: 'PUT', body: 'x' }).then(({ status }) => status);

  it('is full or refuses, for the paths and times told', async () => {
    storage.siteFaults.set({ site: PISA, kind: 'full', path: '/jdoe/' });
    storage.siteFaults.set({ site: CERN, kind: 'refused', times: 1 });
    expect([await put(PISA), await put(PISA, '/store/user/other/x'), await put(CERN), await put(CERN)]).toEqual([
      507, 201, 403, 201,
    ]);
    expect(storage.siteFaults.applied).toEqual([1, 1]);
    storage.siteFaults.clear(PISA);
    expect(await put(PISA)).toBe(201);
  });

  it('is down while the other sites work', async () => {
    storage.siteFaults.set({ site: PISA, kind: 'down' });
    await expect(fetch(storage.urlOf(PISA, LFN), { method: 'HEAD' })).rejects.toThrow('fetch failed');
    expect(await put(CERN)).toBe(201);
  });

  it('is silent until the client gives up', async () => {
    storage.siteFaults.set({ site: PISA, kind: 'silent' });
    const silent = fetch(storage.urlOf(PISA, LFN), { method: 'PUT', body: 'x', signal: AbortSignal.timeout(100) });
    await expect(silent).rejects.toThrow('timeout');
    storage.siteFaults.clear();
    expect(await put(PISA)).toBe(201);
  });

  it('does not keep the simulator from closing', async () => {
    storage.siteFaults.set({ site: PISA, kind: 'silent' });
    const silent = expect(fetch(storage.urlOf(PISA, LFN))).rejects.toThrow('fetch failed');
    await expect.poll(() => storage.siteFaults.applied, { timeout: 10_000 }).toEqual([1]);
    await storage.close();
    await silent;
    storage = await startStorageSimulator({ root });
  });
});

it('describes its sites as CVMFS does', async () => {
  await writeStorageJson(root, [PISA], storage.url);
  const [volume] = JSON.parse(await readFile(join(root, PISA, 'storage.json'), 'utf8')) as Record<string, unknown>[];
  expect(volume).toMatchObject({ site: PISA, rse: PISA, type: 'DISK', fts: [] });
  expect(volume?.['protocols']).toEqual([
    { protocol: 'WebDAV', access: 'global-rw', prefix: `${storage.url}/${PISA}` },
  ]);
});
