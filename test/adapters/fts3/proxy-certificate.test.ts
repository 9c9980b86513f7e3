import { execFileSync, spawnSync } from 'node:child_process';
import { KeyObject, X509Certificate, type webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProxy } from '../../../src/adapters/credentials/proxy-file.ts';
import { signProxy } from '../../../src/adapters/fts3/proxy-certificate.ts';
import type { X509Credential } from '../../../src/ports/credentials.ts';
import { TestAuthority } from '../../../src/simulators/pki/authority.ts';
import {
  certificatesPem,
  generateKeys,
  requestCertificate,
  type Credential,
} from '../../../src/simulators/pki/certificates.ts';
import { credentialPem } from '../../../src/simulators/pki/credential-file.ts';
import { issueProxy } from '../../../src/simulators/pki/proxy.ts';

const HOUR_MS = 3_600_000;

let folder: string;
let authority: TestAuthority;
let alice: Credential;
let credential: X509Credential;
let request: string;
let requested: webcrypto.CryptoKeyPair;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aso-proxy-'));
  authority = await TestAuthority.create();
  alice = await authority.issueUser('Alice Example');
  credential = readProxy(await credentialPem(await issueProxy(alice, 48 * 3600)));
  requested = await generateKeys();
  request = await requestCertificate([['O', 'Dummy']], requested);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The certificates of a chain. */
const certificates = (chain: string): X509Certificate[] =>
  (chain.match(/-----BEGIN CERT[\s\S]+?-----END CERTIFICATE-----\n/g) ?? []).map((pem) => new X509Certificate(pem));

const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

/** Bytes of the subject or issuer, from OpenSSL's own reading of the certificate. */
function nameBytes(pem: string, which: 'subject' | 'issuer'): string {
  writeFileSync(join(folder, 'one.pem'), pem);
  const rows = openssl('asn1parse', '-in', 'one.pem').toString().split('\n');
  // The sequences at depth 2 are algorithm, issuer, validity, subject, key.
  const names = rows.filter((row) => /^\s*\d+:d=2 .*SEQUENCE/.test(row));
  const [, offset = '', header = '', length = ''] =
    /^\s*(\d+):d=2\s+hl=(\d+)\s+l=\s*(\d+)/.exec(names[which === 'issuer' ? 1 : 3] ?? '') ?? [];
  const end = Number(offset) + Number(header) + Number(length);
  return new X509Certificate(pem).raw.subarray(Number(offset), end).toString('hex');
}

const NO_OPENSSL = spawnSync('openssl', ['version']).error ? 'there is no openssl command here' : null;

describe('signProxy', () => {
  it('makes what OpenSSL verifies as a proxy of the user', async (context) => {
    if (NO_OPENSSL) return context.skip(NO_OPENSSL);
    const { chain } = await signProxy(request, credential, HOUR_MS);
    const [proxy = '', ...rest] = chain.match(/-----BEGIN CERT[\s\S]+?-----END CERTIFICATE-----\n/g) ?? [];
    writeFileSync(join(folder, 'ca.pem'), certificatesPem([authority.certificate]));
    writeFileSync(join(folder, 'proxy.pem'), proxy);
    writeFileSync(join(folder, 'rest.pem'), rest.join(''));
    const verified = openssl(
      'verify',
      '-allow_proxy_certs',
      '-CAfile',
      'ca.pem',
      '-untrusted',
      'rest.pem',
      'proxy.pem',
    );
    expect(verified.toString()).toContain('proxy.pem: OK');
    const text = openssl('x509', '-in', 'proxy.pem', '-noout', '-text').toString();
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(
      /Proxy Certificate Information: critical\s+Path Length Constraint: infinite\s+Policy Language: Inherit all/,
    );
    expect(text).toContain('sha256WithRSAEncryption');
  });

  it("is on the request's key, named after the leaf, with the whole chain behind it", async () => {
    const { chain } = await signProxy(request, credential, HOUR_MS);
    const [proxy, leaf, user] = certificates(chain);
    expect(certificates(chain)).toHaveLength(3);
    expect(proxy?.issuer).toBe(leaf?.subject);
    expect(proxy?.subject).toMatch(new RegExp(`^${leaf?.subject}\nCN=\\d+$`));
    expect(leaf?.issuer).toBe(user?.subject);
    expect(proxy?.checkPrivateKey(KeyObject.from(requested.privateKey))).toBe(true);
  });

  it('ends when asked, and with the credential at the latest', async () => {
    const ends = async (lifetimeMs: number): Promise<number[]> => {
      const { chain, expiresAt } = await signProxy(request, credential, lifetimeMs);
      return [expiresAt, certificates(chain)[0]?.validToDate.getTime() ?? 0];
    };
    for (const end of await ends(HOUR_MS)) expect(Math.abs(end - Date.now() - HOUR_MS)).toBeLessThan(5000);
    expect(await ends(100 * HOUR_MS)).toEqual([credential.expiresAt, credential.expiresAt]);
  });

  it('writes the name of its issuer byte by byte as it stands in the leaf, whatever kinds of text it has', async (context) => {
    if (NO_OPENSSL) return context.skip(NO_OPENSSL);
    // A name as old authorities write them: four kinds of text, two attributes in one part, and more than 127 bytes.
    writeFileSync(
      join(folder, 'odd.cnf'),
      [
        '[req]\nprompt = no\ndistinguished_name = name\nstring_mask = default\nutf8 = yes',
        '[name]\n0.DC = org\n1.DC = example\n0.O = Universität Göttingen, die einen recht langen Namen hat',
        '1.O = Noch eine Einrichtung\nOU = People\n+CN = Jörg Müller\nemailAddress = joerg@example.org\n0.CN = 123456\n',
      ].join('\n'),
    );
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-config',
      'odd.cnf',
      '-keyout',
      'odd.key',
      '-out',
      'odd.pem',
    );
    const leaf = readFileSync(join(folder, 'odd.pem'), 'utf8');
    const odd = readProxy(leaf + readFileSync(join(folder, 'odd.key'), 'utf8'));
    const { chain } = await signProxy(request, odd, HOUR_MS);
    const proxy = certificates(chain)[0]?.toString() ?? '';
    const subject = nameBytes(leaf, 'subject');
    expect(nameBytes(proxy, 'issuer')).toBe(subject);
    expect(subject.length).toBeGreaterThan(2 * 127);
    // Behind tag and length (4 bytes here), the same parts and one more.
    expect(nameBytes(proxy, 'subject').slice(8)).toContain(subject.slice(8));
    expect(certificates(chain)[0]?.checkIssued(new X509Certificate(leaf))).toBe(true);
  });

  it('signs no request that somebody else changed, is too weak, or is none', async () => {
    const der = Buffer.from(request.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const weak = await requestCertificate([['O', 'Dummy']], await generateKeys(1024));
    await expect(signProxy(changed, credential, HOUR_MS)).rejects.toThrow('not signed with the key it is for');
    await expect(signProxy(weak, credential, HOUR_MS)).rejects.toThrow('its key has 1024 bits');
    await expect(signProxy('<html>', credential, HOUR_MS)).rejects.toThrow();
  });
});
