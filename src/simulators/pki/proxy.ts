import type { webcrypto } from 'node:crypto';
import * as x509 from './x509.ts';
import { generateKeys, issueCertificate, type Credential, type Name } from './certificates.ts';

/** The extension that makes a certificate a proxy (RFC 3820 §3.8). */
export const PROXY_CERT_INFO = '1.3.6.1.5.5.7.1.14';

/** No limit of further delegation; the proxy may do whatever its owner may (policy inheritAll). */
export const INHERIT_ALL = Buffer.from('300c300a06082b06010505071501', 'hex');

/** Extensions of every certificate that is not an authority's. */
export const END_ENTITY: readonly x509.Extension[] = [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
];

/**
 * Issues an RFC 3820 proxy from a user's certificate or from another proxy. Its life is not cut to that of its issuer,
 * so that such a mistake can be tested too.
 *
 * @param lifetimeSeconds negative: it has expired so long ago
 */
export async function issueProxy(issuer: Credential, lifetimeSeconds: number): Promise<Credential> {
  const keys = await generateKeys();
  return { ...(await certifyProxy(issuer, keys.publicKey, lifetimeSeconds)), keys };
}

/** Issues a proxy for the key of somebody else: what a client does when it delegates. */
export async function certifyProxy(
  issuer: Credential,
  publicKey: webcrypto.CryptoKey,
  lifetimeSeconds: number,
): Promise<Omit<Credential, 'keys'>> {
  const name: Name = [...issuer.name, ['CN', String(crypto.getRandomValues(new Uint32Array(1))[0])]];
  const certificate = await issueCertificate({
    ...{ name, publicKey, issuer: issuer.name, issuerKey: issuer.keys.privateKey, lifetimeSeconds },
    extensions: [...END_ENTITY, new x509.Extension(PROXY_CERT_INFO, true, INHERIT_ALL)],
  });
  return { name, certificates: [certificate, ...issuer.certificates] };
}
