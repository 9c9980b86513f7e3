import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCredentialFolder } from '../../../src/adapters/credentials/credential-folder.ts';
import type { PortError } from '../../../src/ports/errors.ts';
import type { CredentialStore } from '../../../src/ports/credentials.ts';
import { makeToken } from '../../../src/simulators/bearer-token.ts';
import { TestAuthority } from '../../../src/simulators/pki/authority.ts';
import { generateKeys, type Credential } from '../../../src/simulators/pki/certificates.ts';
import { credentialPem, writeCredential } from '../../../src/simulators/pki/credential-file.ts';
import { issueProxy } from '../../../src/simulators/pki/proxy.ts';

const HOUR_S = 3600;
const ALICE = { user: 'alice', group: '', role: '' };

let authority: TestAuthority;
let alice: Credential;
let proxy: Credential;
let proxyPem: string;
let folder: string;
let store: CredentialStore;

beforeAll(async () => {
  authority = await TestAuthority.create();
  alice = await authority.issueUser('Alice Example', 96 * HOUR_S);
  proxy = await issueProxy(alice, 48 * HOUR_S);
  proxyPem = await credentialPem(proxy);
});

beforeEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'aso-credentials-'));
  store = createCredentialFolder(folder);
});
afterAll(() => rm(folder, { recursive: true }));

async function write(path: string, text: string, mode = 0o600): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text, { mode });
}

const blocksOf = (pem: string): string[] => pem.match(/-----BEGIN [\s\S]+?-----END [^-]+-----\n/g) ?? [];
const inSeconds = (epochMs: number | null): number => Math.round(((epochMs ?? 0) - Date.now()) / 1000);

/** Everything that an error must not tell. */
const SECRETS = /Alice Example|DC=|PRIVATE KEY|BEGIN|eyJ/;

/** Since when it is so, epoch milliseconds, by the last problem. */
let since: number | undefined;
const agoInSeconds = (): number => Math.round((Date.now() - (since ?? 0)) / 1000);

async function problemOf(ref = ALICE): Promise<string> {
  const failure = await store.get(ref).then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  const { message } = failure as PortError;
  since = (failure as PortError).since;
  expect(message).not.toMatch(SECRETS);
  expect(message).not.toContain(folder);
  return message;
}

describe('proxies', () => {
  it('are found by user, group and role', async () => {
    const files = [
      'alice/proxy.pem',
      'alice/proxy.becms.pem',
      'alice/proxy.becms.production.pem',
      '_service/proxy.pem',
    ];
    const proxies = await Promise.all(files.map(() => issueProxy(alice, HOUR_S)));
    await Promise.all(files.map(async (file, at) => write(file, await credentialPem(proxies[at] as Credential))));
    const refs = [
      ALICE,
      { ...ALICE, group: 'becms' },
      { ...ALICE, group: 'becms', role: 'production' },
      { user: '', group: '', role: '' },
    ];
    for (const [at, ref] of refs.entries()) {
      const wanted = proxies[at]?.certificates[0]?.toString('pem');
      expect(await store.get(ref)).toMatchObject({ kind: 'x509', chain: [`${wanted}\n`, expect.anything()] });
    }
    expect(await store.get({ ...ALICE, group: 'NULL', role: 'NULL' })).toEqual(await store.get(ALICE));
    await expect(store.get({ ...ALICE, role: 'production' })).rejects.toThrow('proxy..production.pem');
  });

  it('are read whatever the order of their parts, and end when the first of the chain does', async () => {
    const long = await issueProxy(alice, 200 * HOUR_S);
    const [leaf = '', key = '', user = ''] = blocksOf(await credentialPem(long));
    for (const parts of [
      [leaf, key, user],
      [user, key, leaf],
      [key, user, leaf],
    ]) {
      // prettier-ignore
      await write('alice/proxy.pem', parts.join('# a line of somebody\n'));
      const credential = await store.get(ALICE);
      expect(credential).toMatchObject({ kind: 'x509', chain: [leaf, user] });
      expect(inSeconds(credential.expiresAt)).toBeGreaterThan(95.9 * HOUR_S);
      expect(inSeconds(credential.expiresAt)).toBeLessThanOrEqual(96 * HOUR_S);
    }
  });

  it('may be proxies of proxies, or the certificate of a host', async () => {
    await write('alice/proxy.pem', await credentialPem(await issueProxy(proxy, HOUR_S)));
    expect(await store.get(ALICE)).toMatchObject({ chain: { length: 3 } });
    await write('_service/proxy.pem', await credentialPem(await authority.issueHost()));
    expect(await store.get({ user: '', group: '', role: '' })).toMatchObject({ chain: { length: 1 } });
  });

  it('are read again when they change, and have another fingerprint then', async () => {
    await write('alice/proxy.pem', proxyPem);
    const first = await store.get(ALICE);
    expect(await store.get(ALICE)).toBe(first);
    await writeCredential(join(folder, 'alice/proxy.pem'), await issueProxy(alice, HOUR_S));
    expect((await store.get(ALICE)).fingerprint).not.toBe(first.fingerprint);
  });

  it('come before tokens', async () => {
    await write('alice/token', 'opaque');
    await write('alice/proxy.pem', proxyPem);
    expect(await store.get(ALICE)).toMatchObject({ kind: 'x509' });
    await rm(join(folder, 'alice/proxy.pem'));
    expect(await store.get(ALICE)).toMatchObject({ kind: 'token', token: 'opaque' });
  });
});

describe('tokens', () => {
  it('end when they say; others may end any time', async () => {
    const token = makeToken('alice', 900);
    await write('alice/token.becms', `${token}\n`);
    const credential = await store.get({ ...ALICE, group: 'becms' });
    expect(credential).toMatchObject({ kind: 'token', token });
    expect(Math.abs(inSeconds(credential.expiresAt) - 900)).toBeLessThan(5);
    await write('alice/token', 'a.b.c');
    expect(await store.get(ALICE)).toMatchObject({ token: 'a.b.c', expiresAt: null });
  });

  it.each([9e18, -9e18, 1e300])('that end at a time that is none (%d) may end any time', async (exp) => {
    const claims = Buffer.from(JSON.stringify({ exp })).toString('base64url');
    await write('alice/token', `a.${claims}.c`);
    expect(await store.get(ALICE)).toMatchObject({ expiresAt: null });
  });
});

describe('what cannot be used', () => {
  it('is missing: the files that would do are named, and since when that is known', async () => {
    const before = Date.now();
    await problemOf();
    const first = since ?? 0;
    expect(first).toBeGreaterThanOrEqual(before);
    await expect.poll(() => Date.now()).toBeGreaterThan(first);
    await problemOf();
    expect(since).toBe(first);
    await write('alice/proxy.pem', proxyPem);
    await store.get(ALICE);
    await rm(join(folder, 'alice/proxy.pem'));
    await problemOf();
    expect(since).toBeGreaterThan(first);

    expect(await problemOf()).toBe('no credential of alice: there is neither alice/proxy.pem nor alice/token');
    expect(await problemOf({ ...ALICE, group: 'becms', role: 'production' })).toBe(
      'no credential of alice (group becms, role production): there is neither alice/proxy.becms.production.pem nor alice/token.becms.production',
    );
  });

  it('has expired: since when is said', async () => {
    await write('alice/proxy.pem', await credentialPem(await issueProxy(alice, -90)));
    const expired = (user: string): string =>
      `no credential of ${user}: expired ${new Date(since ?? 0).toISOString().replace('.000', '')}`;
    expect(await problemOf()).toBe(expired('alice'));
    expect(agoInSeconds()).toBeGreaterThanOrEqual(89);
    await write('bob/token', makeToken('bob', -90));
    expect(await problemOf({ ...ALICE, user: 'bob' })).toBe(expired('bob'));
    expect(agoInSeconds()).toBeGreaterThanOrEqual(89);
  });

  it('may be read by others', async () => {
    await write('alice/proxy.pem', proxyPem, 0o640);
    expect(await problemOf()).toBe(
      'no credential of alice: alice/proxy.pem may be used by its owner only (chmod 600): its mode is 0640',
    );
    expect(agoInSeconds()).toBeLessThan(5);
    await chmod(join(folder, 'alice/proxy.pem'), 0o400);
    expect(await store.get(ALICE)).toMatchObject({ kind: 'x509' });
  });

  it('is half-written, until it is whole', async () => {
    const [leaf = '', key = '', user = ''] = blocksOf(proxyPem);
    const steps: [string, string][] = [
      ['', 'it holds no private key'],
      [leaf, 'it holds no private key'],
      [leaf + key.slice(0, 300), 'it holds no private key'],
      [leaf + key, 'the certificate that issued the proxy is missing'],
      [leaf + key + user.slice(0, 300), 'the certificate that issued the proxy is missing'],
    ];
    for (const [text, problem] of steps) {
      await write('alice/proxy.pem', text);
      expect(await problemOf()).toMatch(new RegExp(`^no credential of alice: alice/proxy.pem cannot be used: ${problem} \\(since 2\\d{3}-`)); // prettier-ignore
    }
    await write('alice/proxy.pem', proxyPem);
    expect(await store.get(ALICE)).toMatchObject({ kind: 'x509' });
  });

  it('is something else', async () => {
    const [leaf = '', key = '', user = ''] = blocksOf(proxyPem);
    const others = blocksOf(await credentialPem(await issueProxy(alice, HOUR_S)));
    const ec = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    const ecKey = Buffer.from(await crypto.subtle.exportKey('pkcs8', ec.privateKey)).toString('base64');
    const shortKeys = await generateKeys(1024);
    const shortKey = Buffer.from(await crypto.subtle.exportKey('pkcs8', shortKeys.privateKey)).toString('base64');
    const pemOf = (label: string, base64: string): string =>
      `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
    const cases: [string, string][] = [
      [(others[0] ?? '') + key + user, 'no certificate fits its key'],
      [leaf + key + key + user, 'it holds more than one private key'],
      [leaf + pemOf('ENCRYPTED PRIVATE KEY', 'AAAA') + user, 'its private key is encrypted'],
      [leaf + pemOf('PRIVATE KEY', 'AAAA') + user, 'its private key cannot be read'],
      [leaf + pemOf('PRIVATE KEY', ecKey) + user, 'its private key is not RSA, which FTS demands'],
      [leaf + pemOf('PRIVATE KEY', shortKey) + user, 'its private key has 1024 bits, at least 2048 are needed'],
      [leaf + key + pemOf('CERTIFICATE', 'AAAA'), 'a certificate in it cannot be read'],
    ];
    for (const [text, problem] of cases) {
      await write('alice/proxy.pem', text);
      expect(await problemOf()).toContain(`cannot be used: ${problem} (since`);
    }
    await write('bob/token', 'two words');
    expect(await problemOf({ ...ALICE, user: 'bob' })).toContain('something else than one bearer token');
    await write('bob/token', '\n');
    expect(await problemOf({ ...ALICE, user: 'bob' })).toContain('it is empty');
    await mkdir(join(folder, 'carol/proxy.pem'), { recursive: true });
    expect(await problemOf({ ...ALICE, user: 'carol' })).toContain('carol/proxy.pem cannot be used: it is no file');
  });

  it('is far too large, or no file: neither fills the memory nor keeps anybody waiting', async () => {
    await write('alice/proxy.pem', '-----BEGIN CERTIFICATE-----\n'.repeat(200_000));
    const before = performance.now();
    expect(await problemOf()).toContain('alice/proxy.pem cannot be used: it is larger than 256 KiB');
    await mkdir(join(folder, 'bob'));
    execFileSync('mkfifo', ['-m', '600', join(folder, 'bob/proxy.pem')]);
    expect(await problemOf({ ...ALICE, user: 'bob' })).toContain('bob/proxy.pem cannot be used: it is no file');
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it.each([
    { ...ALICE, user: '..' },
    { ...ALICE, user: '../alice' },
    { ...ALICE, user: 'alice/../bob' },
    { ...ALICE, user: '.alice' },
    { ...ALICE, user: '_service' },
    { ...ALICE, user: 'al\nice' },
    { ...ALICE, group: '../../alice/proxy' },
    { ...ALICE, group: 'becms.production' },
    { ...ALICE, role: '/etc' },
  ])('has a name that leads out of the folder or is ambiguous: %j', async (ref) => {
    await write('alice/proxy.pem', proxyPem);
    await write('_service/proxy.pem', proxyPem);
    await write('alice/proxy.becms.production.pem', proxyPem);
    expect(await problemOf(ref)).toMatch(/^no credential of [\w.? -]+( \([\w.?, -]+\))?: a name in it is none$/);
  });
});

describe('list', () => {
  it('tells of each credential whose it is, how long it is good and what is wrong', async () => {
    await write('alice/proxy.pem', proxyPem);
    await write('alice/proxy.becms.pem', await credentialPem(await issueProxy(alice, HOUR_S)));
    await write('alice/proxy.becms.production.pem', await credentialPem(await issueProxy(alice, -90)));
    await write('alice/proxy.pem.new', 'being written');
    await write('alice/notes', 'x');
    await write('bob/proxy.pem', proxyPem, 0o644);
    await write('bob/token', makeToken('bob', 900));
    await write('bob/token.dcms', 'opaque');
    await write('_service/token', makeToken('service', 60));
    await write('README', 'x');
    const list = await store.list();
    expect(
      list.map(({ ref: { user, group, role }, kind, state }) => [user, group, role, kind, state].join(' ')),
    ).toEqual([
      '   token expiring',
      'alice becms  x509 expiring',
      'alice becms production x509 expired',
      'alice   x509 valid',
      'bob   x509 unreadable',
      'bob   token valid',
      'bob dcms  token valid',
    ]);
    expect(list.map(({ problem }) => problem).filter(Boolean)).toEqual([
      'bob/proxy.pem may be used by its owner only (chmod 600): its mode is 0644',
    ]);
    expect(JSON.stringify(list)).not.toMatch(SECRETS);
    expect(await readFile(join(folder, 'bob/proxy.pem'), 'utf8')).toBe(proxyPem);
  });

  it('fails where there is no folder', async () => {
    await expect(createCredentialFolder(join(folder, 'none')).list()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
