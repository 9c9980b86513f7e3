// The X.509 library wants this before itself.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, createPublicKey, randomInt, type webcrypto } from 'node:crypto';
import type { X509Credential } from '../../ports/credentials.ts';

/** A proxy certificate on somebody else's key, and the chain that leads to it. */
export interface SignedProxy {
  /** PEM, the proxy first. */
  chain: string;
  /** When the first of the chain ends, epoch milliseconds. */
  expiresAt: number;
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
/** As of the certificates of the grid's authorities. */
const MIN_KEY_BITS = 2048;
/** Clocks differ: a proxy begins this long before it is made. */
const HEAD_START_MS = 5 * 60_000;

/** RFC 3820 §3.8: no limit of further delegation; whoever holds it may do whatever its owner may (inheritAll). */
const PROXY_CERT_INFO = new x509.Extension(
  '1.3.6.1.5.5.7.1.14',
  true,
  Buffer.from('300c300a06082b06010505071501', 'hex'),
);

/**
 * Signs a proxy certificate (RFC 3820) on the key of a certificate request.
 * @param request PEM; only its key is taken from it
 * @param lifetimeMs at most; it never outlives the credential
 * @throws Error where the request is none, is not signed with its own key, or has a key that is not RSA or too short
 */
export async function signProxy(request: string, credential: X509Credential, lifetimeMs: number): Promise<SignedProxy> {
  const publicKey = await requestedKey(request);
  const leaf = new x509.X509Certificate(credential.chain[0] ?? '');
  const now = Date.now();
  // Certificates tell whole seconds.
  const expiresAt = Math.floor(Math.min(now + lifetimeMs, credential.expiresAt) / 1000) * 1000;
  const serial = randomInt(2 ** 40, 2 ** 47);
  const issuer = Buffer.from(leaf.subjectName.toArrayBuffer());
  const proxy = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16),
    issuer: new x509.Name(issuer),
    subject: new x509.Name(withCommonName(issuer, String(serial))),
    notBefore: new Date(Math.max(now - HEAD_START_MS, leaf.notBefore.getTime())),
    notAfter: new Date(expiresAt),
    publicKey: publicKey.rawData,
    signingKey: await signingKey(credential.key),
    signingAlgorithm: RSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      PROXY_CERT_INFO,
    ],
  });
  return { chain: [`${proxy.toString('pem')}\n`, ...credential.chain].join(''), expiresAt };
}

async function requestedKey(pem: string): Promise<x509.PublicKey> {
  const request = new x509.Pkcs10CertificateRequest(pem);
  if (!(await request.verify())) throw new Error('it is not signed with the key it is for');
  const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'rsa') throw new Error('its key is not RSA');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_KEY_BITS) throw new Error(`its key has ${bits} bits, at least ${MIN_KEY_BITS} are needed`);
  return request.publicKey;
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', der, RSA, false, ['sign']);
}

const TAG = { sequence: 0x30, set: 0x31, printableString: 0x13 };
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A name with one more part. Byte by byte what it was: a name that is written again might be written differently. */
function withCommonName(name: Buffer, value: string): Buffer {
  const attribute = der(TAG.sequence, Buffer.concat([COMMON_NAME, der(TAG.printableString, Buffer.from(value))]));
  return der(TAG.sequence, Buffer.concat([contentOf(name), der(TAG.set, attribute)]));
}

/** What is behind tag and length: one byte each, or as many more for the length as its first byte says. */
function contentOf(element: Buffer): Buffer {
  const first = element[1] ?? 0;
  return element.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
