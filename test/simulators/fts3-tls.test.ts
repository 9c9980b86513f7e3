import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeToken } from '../../src/simulators/bearer-token.ts';
import { startFtsSimulator, type FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import { TestAuthority } from '../../src/simulators/pki/authority.ts';
import { generateKeys, type Credential } from '../../src/simulators/pki/certificates.ts';
import { certifyProxy, issueProxy } from '../../src/simulators/pki/proxy.ts';
import { tlsOf } from '../../src/simulators/pki/server-tls.ts';
import { Pkcs10CertificateRequest } from '../../src/simulators/pki/x509.ts';
import { startStorageSimulator } from '../../src/simulators/storage/storage-simulator.ts';
import { eventually } from './fts3-helpers.ts';
import { answerRequest, tlsClient, type TlsAnswer } from './tls-helpers.ts';

const HOUR_S = 3600;
const ALICE = '/DC=org/DC=example/CN=alice';

let authority: TestAuthority;
let alice: Credential;
let proxy: Credential;

beforeAll(async () => {
  authority = await TestAuthority.create();
  alice = await authority.issueUser('alice');
  proxy = await issueProxy(alice, 24 * HOUR_S);
});

interface User {
  ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<TlsAnswer>;
  /** Delegates what this credential signs. */
  delegate: (lifetimeSeconds?: number, issuer?: Credential) => Promise<TlsAnswer>;
  id: string;
}

async function startFts(options: FtsSimulatorOptions = {}) {
  const identities = [{ dn: ALICE, vo: 'cms' }];
  const tls = await tlsOf(authority);
  const fts = await startFtsSimulator({ tickMs: 10, identities, unknownVo: null, tls, ...options });
  onTestFinished(() => fts.close());
  const user = async (credential: Credential | null): Promise<User> => {
    const client = await tlsClient(authority, credential);
    const ask: User['ask'] = (method, path, ...rest) => client(method, fts.url + path, ...rest);
    const id = createHash('sha1').update(ALICE).digest('hex').slice(0, 16);
    const delegate: User['delegate'] = async (lifetimeSeconds = 12 * HOUR_S, issuer = proxy) => {
      const { text } = await ask('GET', `/delegation/${id}/request`);
      return ask('PUT', `/delegation/${id}/credential`, await answerRequest(text, issuer, lifetimeSeconds));
    };
    return { ask, delegate, id };
  };
  return { fts, user };
}

const JOB = { files: [{ sources: ['mock://a.example/f?size=1'], destinations: ['mock://b.example/f?size_post=1'] }] };

describe('callers', () => {
  it('are who signed their proxies', async () => {
    const { user } = await startFts();
    const { ask, id } = await user(await issueProxy(proxy, HOUR_S));
    const { body } = await ask('GET', '//whoami');
    expect(body).toMatchObject({ user_dn: ALICE, vos: ['cms'], method: 'certificate', delegation_id: id });
    const chain = (await ask('GET', '/whoami/certificate')).text;
    expect(new X509Certificate(chain).subject).toMatch(/^DC=org\nDC=example\nCN=alice\nCN=\d+\nCN=\d+$/);
  });

  it('without certificate are anonymous, with all that FTS does wrong for those', async () => {
    const { user } = await startFts();
    const { ask } = await user(null);
    expect((await ask('GET', '/whoami')).body).toMatchObject({ user_dn: 'anon', delegation_id: null });
    expect((await ask('GET', '/jobs/some-id')).status).toBe(500);
    expect((await ask('GET', '/jobs')).status).toBe(403);
    expect((await ask('POST', '/jobs', JOB)).status).toBe(403);
  });

  it('with a bad certificate, or none that FTS knows, are answered in HTML', async () => {
    const { user } = await startFts();
    const stranger = await TestAuthority.create('Nobody Knows');
    const bad: [Credential, string][] = [
      [await issueProxy(alice, -60), 'certificate has expired'],
      [await issueProxy(await stranger.issueUser('alice'), HOUR_S), 'unable to get local issuer certificate'],
      [await authority.issueUser('mallory'), 'does not belong to any authorized vo'],
    ];
    for (const [credential, reason] of bad) {
      const answer = await (await user(credential)).ask('GET', '/whoami');
      expect(answer).toMatchObject({ status: 403, body: undefined });
      expect(answer.text).toMatch(/^<!doctype html>/);
      expect(answer.text).toContain(reason);
    }
  });

  it('of one VO may all be welcome', async () => {
    const { user } = await startFts({ unknownVo: 'cms' });
    const { ask } = await user(await authority.issueUser('bob'));
    expect((await ask('GET', '/whoami')).body).toMatchObject({ user_dn: '/DC=org/DC=example/CN=bob', vos: ['cms'] });
  });

  it('with a token need no delegation, and cannot have one', async () => {
    const { fts, user } = await startFts({ unknownVo: 'cms' });
    const { ask } = await user(null);
    const token = { authorization: `Bearer ${makeToken('subject-of-alice', HOUR_S)}` };
    const { body } = await ask('GET', '/whoami', undefined, token);
    expect(body).toMatchObject({ user_dn: 'subject-of-alice', method: 'oauth2', vos: ['cms'] });
    const { delegation_id: id } = body as { delegation_id: string };
    expect((await ask('GET', `/delegation/${id}/request`, undefined, token)).status).toBe(403);
    expect((await ask('POST', '/jobs', JOB, token)).status).toBe(200);
    expect(fts.jobs()).toMatchObject([{ userDn: 'subject-of-alice', metadata: { auth_method: 'oauth2' } }]);

    const expired = { authorization: `Bearer ${makeToken('subject-of-alice', -60)}` };
    const refused = await ask('GET', '/whoami', undefined, expired);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('Invalid OAuth2 credentials')]);
  });
});

describe('a delegation', () => {
  it('is asked for, made by the client, and good until its first certificate expires', async () => {
    const { fts, user } = await startFts();
    const { ask, delegate, id } = await user(proxy);
    expect((await ask('GET', `/delegation/${id}`)).body).toBeNull();
    expect(
      (await ask('GET', `/delegation/${id}`, undefined, { 'user-agent': 'fts-python-bindings/3.14.2' })).body,
    ).toEqual([]);
    const refused = await ask('POST', '/jobs', JOB);
    expect([refused.status, refused.body]).toMatchObject([419, { message: `No delegation found for "${ALICE}"` }]);

    expect(await delegate(48 * HOUR_S)).toMatchObject({ status: 201, text: '' });
    const { termination_time } = (await ask('GET', `/delegation/${id}`)).body as { termination_time: string };
    const leftHours = (Date.parse(`${termination_time}Z`) - Date.now()) / 3_600_000;
    expect(leftHours).toBeGreaterThan(23.9);
    expect(leftHours).toBeLessThan(24.1);
    expect((await ask('POST', '/jobs', JOB)).status).toBe(200);
    expect(fts.delegations()).toMatchObject([{ userDn: ALICE, delegationId: id }]);
    expect(fts.jobs()).toMatchObject([{ userDn: ALICE, delegationId: id }]);

    expect((await ask('DELETE', `/delegation/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/delegation/${id}`)).status).toBe(404);
    expect((await ask('POST', '/jobs', JOB)).status).toBe(419);
  });

  it('of less than an hour, or that has expired, is not enough to submit', async () => {
    const { user } = await startFts();
    const { ask, delegate, id } = await user(proxy);
    await delegate(3000);
    expect((await ask('POST', '/jobs', JOB)).body).toMatchObject({
      status: '419 Authentication Timeout',
      message: `The delegated credentials has less than one hour left (${id})`,
    });
    await delegate(-60);
    expect((await ask('POST', '/jobs', JOB)).body).toMatchObject({
      message: expect.stringMatching(/^The delegated credentials expired \d+ seconds ago/) as string,
    });
  });

  it("has a request for a key of FTS's own, as long as the client's, the same each time", async () => {
    const { user } = await startFts();
    const requestOf = async ({ ask, id }: User): Promise<TlsAnswer> => ask('GET', `/delegation/${id}/request`);
    const usual = await user(proxy);
    const first = await requestOf(usual);
    expect(first.headers['x-delegation-id']).toBe(usual.id);
    expect((await requestOf(usual)).text).toBe(first.text);

    const keys = await generateKeys(3072);
    const larger = await requestOf(await user({ ...(await certifyProxy(alice, keys.publicKey, HOUR_S)), keys }));
    const bits = [first, larger].map(({ text }) => new Pkcs10CertificateRequest(text).publicKey.algorithm as unknown);
    expect(bits).toMatchObject([{ modulusLength: 2048 }, { modulusLength: 3072 }]);
    expect(new Pkcs10CertificateRequest(first.text).subject).toBe('O=Dummy');
  });

  it("is refused in FTS's words where something is wrong with it", async () => {
    const { user } = await startFts();
    const { ask, delegate, id } = await user(proxy);
    const put = async (pem: string): Promise<unknown> => (await ask('PUT', `/delegation/${id}/credential`, pem)).body;
    const message = (text: string) => ({ status: '400 Bad Request', message: text });
    expect(await put('nonsense')).toEqual(message('No credential cache found'));

    const { text } = await ask('GET', `/delegation/${id}/request`);
    const [leaf = '', ...chain] = (await answerRequest(text, proxy, HOUR_S)).split(/(?=-----BEGIN)/);
    expect(await put(leaf)).toEqual(message('Could not process the proxy: Malformed proxy'));
    expect(await put(chain.join(''))).toEqual(
      message('Could not process the proxy: The proxy does not match the stored associated private key'),
    );
    const forged = { ...proxy, keys: await generateKeys() };
    expect((await delegate(HOUR_S, forged)).body).toEqual(
      message('Could not process the proxy: Failed to verify the proxy, maybe signed with the wrong private key?'),
    );
    const other = (await ask('GET', '/delegation/0123456789abcdef/request')).body;
    expect(other).toMatchObject({ message: 'The requested ID and the credentials ID do not match' });
  });
});

describe('copies', () => {
  async function startStorage() {
    const root = await mkdtemp(join(tmpdir(), 'fts3-tls-'));
    const storage = await startStorageSimulator({ root, tls: await tlsOf(authority), sites: ['T2_A', 'T2_B'] });
    onTestFinished(async () => {
      await storage.close();
      await rm(root, { recursive: true });
    });
    const url = (site: string, lfn: string): string => storage.urlOf(site, lfn).replace('https:', 'davs:');
    return { storage, url };
  }

  it('are made as the owner of the job, who alone may write there', async () => {
    const { storage, url } = await startStorage();
    const { fts, user } = await startFts();
    const { ask, delegate } = await user(proxy);
    await delegate();
    await storage.writeFile('T2_A', '/store/temp/user/alice.1f2e/f', 'hello');
    const source = url('T2_A', '/store/temp/user/alice.1f2e/f');
    const files = ['alice', 'bob'].map((owner) => ({
      sources: [source],
      destinations: [url('T2_B', `/store/user/${owner}/f`)],
    }));
    await ask('POST', '/jobs', { files });
    await eventually(() => fts.jobs()[0]?.finishTime !== null, 'the end of the job');
    expect(fts.jobs()[0]?.files.map(({ state, reason }) => [state, reason])).toEqual([
      ['FINISHED', ''],
      ['FAILED', 'DESTINATION [1] HTTP 403 : Permission refused'],
    ]);
    expect(String(await storage.readFile('T2_B', '/store/user/alice/f'))).toBe('hello');
  });

  it('fail for the credential where that was revoked meanwhile', async () => {
    const { storage, url } = await startStorage();
    const { fts, user } = await startFts({ tickMs: 200 });
    const { ask, delegate, id } = await user(proxy);
    await delegate();
    await storage.writeFile('T2_A', '/store/user/alice/f', 'hello');
    const lfn = '/store/user/alice/f';
    await ask('POST', '/jobs', { files: [{ sources: [url('T2_A', lfn)], destinations: [url('T2_B', lfn)] }] });
    expect((await ask('DELETE', `/delegation/${id}`)).status).toBe(204);
    await eventually(() => fts.jobs()[0]?.finishTime !== null, 'the end of the job');
    expect(fts.jobs()[0]?.files).toMatchObject([
      { state: 'FAILED', reason: 'SOURCE [13] proxy expired', recoverable: false },
    ]);
  });

  it("carry the job's token where that was submitted with one", async () => {
    const { storage, url } = await startStorage();
    const { fts, user } = await startFts({ unknownVo: 'cms' });
    const { ask } = await user(null);
    await storage.writeFile('T2_A', '/store/user/bob/f', 'hello');
    const lfn = '/store/user/bob/f';
    const job = { files: [{ sources: [url('T2_A', lfn)], destinations: [url('T2_B', lfn)] }] };
    await ask('POST', '/jobs', job, { authorization: `Bearer ${makeToken('bob', HOUR_S)}` });
    await eventually(() => fts.jobs()[0]?.state === 'FINISHED', 'the copy');
    expect(String(await storage.readFile('T2_B', lfn))).toBe('hello');
  });
});
