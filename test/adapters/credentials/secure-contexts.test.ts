import { connect, rootCertificates, type SecureContext } from 'node:tls';
import { beforeAll, expect, it } from 'vitest';
import { readProxy } from '../../../src/adapters/credentials/proxy-file.ts';
import { SecureContexts } from '../../../src/adapters/credentials/secure-contexts.ts';
import { readToken } from '../../../src/adapters/credentials/token-file.ts';
import type { Anchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import type { X509Credential } from '../../../src/ports/credentials.ts';
import { SimulatorServer } from '../../../src/simulators/http-server.ts';
import { TestAuthority } from '../../../src/simulators/pki/authority.ts';
import { certificatesPem } from '../../../src/simulators/pki/certificates.ts';
import { credentialPem } from '../../../src/simulators/pki/credential-file.ts';
import { tlsOf } from '../../../src/simulators/pki/server-tls.ts';

let authority: TestAuthority;
let alice: X509Credential;
let bob: X509Credential;
let anchors: Anchors;

beforeAll(async () => {
  authority = await TestAuthority.create();
  const proxyOf = async (name: string) => readProxy(await credentialPem(await authority.issueUser(name)));
  [alice, bob] = await Promise.all([proxyOf('alice'), proxyOf('bob')]);
  anchors = { certificates: [certificatesPem([authority.certificate])], fingerprint: 'one' };
});

it('makes one context for each credential and each set of authorities', () => {
  const contexts = new SecureContexts();
  const context = contexts.of(alice, anchors);
  expect(contexts.of({ ...alice }, { ...anchors })).toBe(context);
  expect(contexts.of(bob, anchors)).not.toBe(context);
  expect(contexts.of(alice, { ...anchors, fingerprint: 'other' })).not.toBe(context);
});

it('makes one for all tokens', () => {
  const contexts = new SecureContexts();
  expect(contexts.of(readToken('one'), anchors)).toBe(contexts.of(readToken('other'), anchors));
});

it('trusts its own authorities only, whatever others trust', async () => {
  const contexts = new SecureContexts();
  const other = await TestAuthority.create();
  const others = { certificates: [certificatesPem([other.certificate])], fingerprint: 'another' };
  const server = await SimulatorServer.start(() => ({ status: 200 }), { tls: await tlsOf(authority) });
  const isTrusted = (secureContext: SecureContext): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ port: Number(new URL(server.url).port), host: 'localhost', secureContext }, () => {
        resolve(true);
        socket.destroy();
      }).once('error', () => resolve(false));
    });
  const [first, second] = [contexts.of(alice, anchors), contexts.of(alice, others)];
  const third = contexts.of(alice, { certificates: null, fingerprint: 'node' });
  const fourth = contexts.of(bob, anchors);
  expect(await Promise.all([first, second, third, fourth].map(isTrusted))).toEqual([true, false, false, true]);
  await server.close();
});

it('costs little for each further user, however many authorities a site has', () => {
  const contexts = new SecureContexts();
  const many = { certificates: rootCertificates.slice(0, 100), fingerprint: 'many' };
  const userNumber = (n: number): X509Credential => ({ ...alice, fingerprint: String(n) });
  const kept = [contexts.of(alice, many)];
  const before = process.memoryUsage.rss();
  for (let n = 0; n < 200; n += 1) kept.push(contexts.of(userNumber(n), many));
  const kibEach = (process.memoryUsage.rss() - before) / 1024 / 200;
  expect(new Set(kept).size).toBe(201);
  // With authorities of its own each takes some 700.
  expect(kibEach).toBeLessThan(250);
});
