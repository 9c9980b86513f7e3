import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { X509Credential } from '../../ports/credentials.ts';
import { BadCredential } from './bad-credential.ts';

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** OpenSSL refuses shorter ones at its default level of security. */
const MIN_KEY_BITS = 2048;

/**
 * Reads a proxy file: certificate, private key and chain, in any order (grid tools write proxy, key, user certificate).
 * A certificate of a host or robot with its key will do as well.
 * @throws BadCredential
 */
export function readProxy(text: string): X509Credential {
  const blocks = [...text.matchAll(PEM_BLOCK)].map(([pem, label = '']) => ({ pem, label }));
  const key = privateKeyOf(blocks.filter(({ label }) => label.endsWith('PRIVATE KEY')).map(({ pem }) => pem));
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ pem }) => certificateOf(pem));
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf) throw new BadCredential(certificates.length ? 'no certificate fits its key' : 'it holds no certificate');
  const chain = chainFrom(leaf, certificates);
  if (chain.length === 1 && isProxy(leaf)) throw new BadCredential('the certificate that issued the proxy is missing');
  return {
    kind: 'x509',
    chain: chain.map((certificate) => certificate.toString()),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    expiresAt: Math.min(...chain.map(({ validToDate }) => validToDate.getTime())),
    fingerprint: createHash('sha256')
      .update(chain.map(({ fingerprint256 }) => fingerprint256).join())
      .digest('hex'),
  };
}

function privateKeyOf(pems: string[]): KeyObject {
  const [pem, ...others] = pems;
  if (pem === undefined) throw new BadCredential('it holds no private key');
  if (others.length > 0) throw new BadCredential('it holds more than one private key');
  if (pem.includes('ENCRYPTED')) throw new BadCredential('its private key is encrypted');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Whatever OpenSSL says of it stays here: the text is about a key.
    throw new BadCredential('its private key cannot be read');
  }
  // FTS compares moduli when a credential is delegated.
  if (key.asymmetricKeyType !== 'rsa') throw new BadCredential('its private key is not RSA, which FTS demands');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_KEY_BITS)
    throw new BadCredential(`its private key has ${bits} bits, at least ${MIN_KEY_BITS} are needed`);
  return key;
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new BadCredential('a certificate in it cannot be read');
  }
}

/** From the leaf to the last issuer that is there, without an authority's own certificate: servers have those. */
function chainFrom(leaf: X509Certificate, certificates: X509Certificate[]): X509Certificate[] {
  const chain = [leaf];
  for (;;) {
    const last = chain.at(-1) as X509Certificate;
    const issuer = certificates.find((one) => one.subject === last.issuer && last.verify(one.publicKey));
    if (!issuer || chain.includes(issuer) || issuer.subject === issuer.issuer) return chain;
    chain.push(issuer);
  }
}

/** RFC 3820: a proxy's subject is its issuer's with one more common name. */
const isProxy = ({ subject, issuer }: X509Certificate): boolean => subject.startsWith(`${issuer}\nCN=`);
