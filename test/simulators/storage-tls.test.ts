import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeToken } from '../../src/simulators/bearer-token.ts';
import { createSimulatedPki, type SimulatedPki } from '../../src/simulators/pki/simulated-pki.ts';
import { issueProxy } from '../../src/simulators/pki/proxy.ts';
import { startStorageSimulator, type StorageSimulator } from '../../src/simulators/storage/storage-simulator.ts';
import { writeStorageJson } from '../../src/simulators/storage/storage-json.ts';
import { tlsClient } from './tls-helpers.ts';

const SITE = 'T2_CH_CERN';

let root: string;
let pki: SimulatedPki;
let storage: StorageSimulator;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'storage-tls-'));
  pki = await createSimulatedPki(root, []);
  const groups = { higgs: ['alice'] };
  storage = await startStorageSimulator({ root: join(root, 'sites'), sites: [SITE], tls: pki.server, groups });
});

afterAll(async () => {
  await storage.close();
  await rm(root, { recursive: true });
});

const proxyOf = async (user: string) => issueProxy(await pki.authority.issueUser(user), 3600);

it('asks who comes: a certificate, a proxy or a token, and nobody else', async () => {
  const url = storage.urlOf(SITE, '/store/user/alice/f');
  const [anonymous, alice] = [
    await tlsClient(pki.authority, null),
    await tlsClient(pki.authority, await proxyOf('alice')),
  ];
  const expired = await tlsClient(pki.authority, await issueProxy(await pki.authority.issueUser('alice'), -60));
  const token = (lifetime: number) => ({ authorization: `Bearer ${makeToken('alice', lifetime)}` });
  expect((await anonymous('PUT', url, 'hello')).status).toBe(401);
  expect((await expired('PUT', url, 'hello')).status).toBe(401);
  expect((await alice('PUT', url, 'hello')).status).toBe(201);
  expect((await anonymous('GET', url, undefined, token(60))).text).toBe('hello');
  expect((await anonymous('GET', url, undefined, token(-60))).status).toBe(401);
});

it.each([
  ['/store/user/alice/x/f', 201],
  ['/store/user/rucio/alice/f', 201],
  ['/store/temp/user/alice.d6830fc3/f', 201],
  ['/store/group/higgs/f', 201],
  ['/store/user/bob/f', 403],
  ['/store/user/alice2/f', 403],
  ['/store/temp/user/bob.d6830fc3/f', 403],
  ['/store/group/exotica/f', 403],
  ['/store/data/f', 403],
])('alice writing %s is answered %d', async (lfn, status) => {
  const alice = await tlsClient(pki.authority, await proxyOf('alice'));
  expect((await alice('PUT', storage.urlOf(SITE, lfn), 'hello')).status).toBe(status);
});

it('writes down who deleted what, and lets nobody else', async () => {
  const [alice, bob] = [
    await tlsClient(pki.authority, await proxyOf('alice')),
    await tlsClient(pki.authority, await proxyOf('bob')),
  ];
  await storage.writeFile(SITE, '/store/user/alice/gone', 'hello');
  const url = storage.urlOf(SITE, '/store/user/alice/gone');
  expect((await bob('DELETE', url)).status).toBe(403);
  expect((await alice('DELETE', url)).status).toBe(204);
  expect(storage.deletions()).toMatchObject([
    { site: SITE, lfn: '/store/user/alice/gone', user: 'alice', status: 204 },
  ]);
});

it('is described to others with davs', async () => {
  await writeStorageJson(root, [SITE], storage.url);
  const text = await readFile(join(root, SITE, 'storage.json'), 'utf8');
  expect(text).toContain(`"prefix": "${storage.url.replace('https:', 'davs:')}/${SITE}"`);
});
