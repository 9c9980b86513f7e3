import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorServer } from '../../src/simulators/http-server.ts';
import { TestAuthority, userName } from '../../src/simulators/pki/authority.ts';
import {
  certificatesPem,
  generateKeys,
  issueCertificate,
  type Credential,
  type Name,
} from '../../src/simulators/pki/certificates.ts';
import { verifyClientChain, type ClientChain } from '../../src/simulators/pki/client-chain.ts';
import { credentialPem, writeCredential } from '../../src/simulators/pki/credential-file.ts';
import { INHERIT_ALL, issueProxy, PROXY_CERT_INFO } from '../../src/simulators/pki/proxy.ts';
import { tlsOf } from '../../src/simulators/pki/server-tls.ts';
import { createSimulatedPki } from '../../src/simulators/pki/simulated-pki.ts';
import { storedAuthority } from '../../src/simulators/pki/stored-authority.ts';
import { addToTrustFolder, subjectHash } from '../../src/simulators/pki/trust-folder.ts';
import { Extension } from '../../src/simulators/pki/x509.ts';

const HOUR_S = 3600;
const ALICE = '/DC=org/DC=example/CN=alice';

let authority: TestAuthority;
let stranger: TestAuthority;
let alice: Credential;
let proxy: Credential;
let folder: string;
let server: SimulatorServer;
const agents: Agent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pki-'));
  [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create('Nobody Knows')]);
  alice = await authority.issueUser('alice');
  proxy = await issueProxy(alice, HOUR_S);
  server = await SimulatorServer.start(
    ({ client }) =>
      client?.kind === 'trusted'
        ? { status: 200, body: { dn: client.dn, certificates: client.certificates.length } }
        : { status: 200, body: client ?? {} },
    { tls: await tlsOf(authority) },
  );
});

afterEach(() => Promise.all(agents.splice(0).map((agent) => agent.close())));

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** What the server knows of a client with this credential. */
async function seen(credential: Credential | null): Promise<unknown> {
  const pem = credential ? await credentialPem(credential) : undefined;
  const agent = new Agent({
    connect: { ca: certificatesPem([authority.certificate]), ...(pem ? { cert: pem, key: pem } : {}) },
  });
  agents.push(agent);
  const answer = await request(`${server.url}/`, { dispatcher: agent });
  return answer.body.json();
}

const node = (certificate: { toString(format: 'pem'): string }): X509Certificate =>
  new X509Certificate(certificate.toString('pem'));

function verify(credential: Credential, at = Date.now()): ClientChain {
  return verifyClientChain(credential.certificates.map(node), [node(authority.certificate)], at);
}

/** A certificate that a user signed without having the right to. */
async function signedBy(issuer: Credential, name: Name, extensions: Extension[]): Promise<Credential> {
  const keys = await generateKeys();
  const certificate = await issueCertificate({
    ...{ name, publicKey: keys.publicKey, issuer: issuer.name, issuerKey: issuer.keys.privateKey },
    ...{ lifetimeSeconds: HOUR_S, extensions },
  });
  return { name, keys, certificates: [certificate, ...issuer.certificates] };
}

describe('over TLS', () => {
  it('a client is the person whose certificate signed its proxies', async () => {
    const further = await issueProxy(proxy, HOUR_S);
    expect(await seen(alice)).toEqual({ dn: ALICE, certificates: 1 });
    expect(await seen(proxy)).toEqual({ dn: ALICE, certificates: 2 });
    expect(await seen(further)).toEqual({ dn: ALICE, certificates: 3 });
  });

  it('a client without certificate is nobody, and one with a bad one is told apart', async () => {
    const expired = await issueProxy(alice, -60);
    const unknown = await issueProxy(await stranger.issueUser('alice'), HOUR_S);
    expect(await seen(null)).toEqual({ kind: 'none' });
    expect(await seen(expired)).toEqual({ kind: 'refused', reason: 'certificate has expired' });
    expect(await seen(unknown)).toEqual({ kind: 'refused', reason: 'unable to get local issuer certificate' });
  });

  it('every connection shows its whole chain, also the second of one client', async () => {
    const pem = await credentialPem(proxy);
    const agent = new Agent({ connect: { ca: certificatesPem([authority.certificate]), cert: pem, key: pem } });
    agents.push(agent);
    for (let connection = 0; connection < 2; connection++) {
      const answer = await request(`${server.url}/`, { dispatcher: agent, headers: { connection: 'close' } });
      expect(await answer.body.json()).toEqual({ dn: ALICE, certificates: 2 });
    }
  });
});

describe('a chain', () => {
  it('ends its life with its first certificate to expire', async () => {
    const short = await issueProxy(alice, 600);
    const trusted = verify(short) as Extract<ClientChain, { kind: 'trusted' }>;
    expect(Math.abs(trusted.notAfter - Date.now() - 600_000)).toBeLessThan(10_000);
    expect(verify(short, Date.now() + 601_000)).toEqual({ kind: 'refused', reason: 'certificate has expired' });
  });

  it('is refused where somebody else signed the proxy', async () => {
    const bob = await authority.issueUser('bob');
    const forged = await issueProxy({ ...bob, name: alice.name, certificates: alice.certificates }, HOUR_S);
    expect(verify(forged)).toEqual({ kind: 'refused', reason: 'certificate signature failure' });
  });

  it('is refused where a proxy is not named after its issuer, or its issuer is not shown', async () => {
    const renamed = await signedBy(alice, userName('root'), [new Extension(PROXY_CERT_INFO, true, INHERIT_ALL)]);
    expect(verify(renamed)).toEqual({ kind: 'refused', reason: 'proxy subject name violation' });
    const alone = { ...proxy, certificates: proxy.certificates.slice(0, 1) };
    expect(verify(alone)).toEqual({ kind: 'refused', reason: 'unable to get local issuer certificate' });
  });

  it('is refused where a person plays authority', async () => {
    const friend = await signedBy(alice, userName('friend'), []);
    expect(verify(friend)).toEqual({ kind: 'refused', reason: 'invalid CA certificate' });
  });
});

describe('files', () => {
  it('a proxy file is certificate, key, certificate of the user, for its owner only', async () => {
    const path = join(folder, 'credentials', 'alice', 'proxy.pem');
    await writeCredential(path, proxy);
    await writeCredential(path, proxy);
    const text = await readFile(path, 'utf8');
    expect(text.match(/(?<=-----BEGIN )[A-Z ]+(?=-----)/g)).toEqual(['CERTIFICATE', 'PRIVATE KEY', 'CERTIFICATE']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'credentials', 'alice'))).toEqual(['proxy.pem']);
  });

  it('an authority lies in the folder of anchors under the name OpenSSL looks for', async () => {
    const trust = join(folder, 'trust');
    await addToTrustFolder(trust, authority);
    expect((await readdir(trust)).sort()).toEqual([`${subjectHash(authority.name)}.0`, 'ASO-Test-CA.pem'].sort());
    // What `openssl x509 -subject_hash` of OpenSSL 3 prints for this name.
    expect(subjectHash(authority.name)).toBe('5fb03956');
  });

  it('a simulated PKI has a proxy for each user, renewed on request', async () => {
    const pki = await createSimulatedPki(join(folder, 'pki'), ['alice', 'bob']);
    const { credentials, trust } = pki;
    expect((await readdir(credentials)).sort()).toEqual(['_service', 'alice', 'bob']);
    expect(await readdir(trust)).toContain('5fb03956.0');
    const read = async () => new X509Certificate(await readFile(join(credentials, 'bob', 'proxy.pem')));
    const before = await read();
    await pki.renewProxy('bob', -60);
    const after = await read();
    expect(pki.dnOf('bob')).toBe('/DC=org/DC=example/CN=bob');
    expect(after.issuer).toBe(before.issuer);
    expect(Date.parse(after.validTo)).toBeLessThan(Date.now());
  });

  it('simulators that are processes of their own share the authority of a folder', async () => {
    const dir = join(folder, 'shared');
    const together = await Promise.all([storedAuthority(dir), storedAuthority(dir)]);
    const later = await storedAuthority(dir);
    const bob = await issueProxy(await later.issueUser('bob'), HOUR_S);
    for (const one of together) {
      const chain = verifyClientChain(bob.certificates.map(node), [node(one.certificate)], Date.now());
      expect(chain).toMatchObject({ kind: 'trusted', dn: '/DC=org/DC=example/CN=bob' });
    }
    expect(await readdir(dir)).toEqual(['authority.pem']);
    expect((await stat(join(dir, 'authority.pem'))).mode & 0o777).toBe(0o600);
  });

  it('OpenSSL itself accepts the chain from the files', async (context) => {
    if (spawnSync('openssl', ['version']).error) return context.skip('there is no openssl command here');
    const [path, trust] = [join(folder, 'bob.pem'), join(folder, 'trust')];
    await addToTrustFolder(trust, authority);
    await writeCredential(path, await issueProxy(proxy, HOUR_S));
    const options = ['-allow_proxy_certs', '-CApath', trust, '-untrusted', path, path];
    expect(execFileSync('openssl', ['verify', ...options], { encoding: 'utf8' })).toBe(`${path}: OK\n`);
  });
});
