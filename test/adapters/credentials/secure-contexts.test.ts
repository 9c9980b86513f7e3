import { beforeAll, expect, it } from 'vitest';
import { readProxy } from '../../../src/adapters/credentials/proxy-file.ts';
import { SecureContexts } from '../../../src/adapters/credentials/secure-contexts.ts';
import { readToken } from '../../../src/adapters/credentials/token-file.ts';
import type { Anchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import type { X509Credential } from '../../../src/ports/credentials.ts';
import { TestAuthority } from '../../../src/simulators/pki/authority.ts';
import { certificatesPem } from '../../../src/simulators/pki/certificates.ts';
import { credentialPem } from '../../../src/simulators/pki/credential-file.ts';

let alice: X509Credential;
let bob: X509Credential;
let anchors: Anchors;

beforeAll(async () => {
  const authority = await TestAuthority.create();
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
