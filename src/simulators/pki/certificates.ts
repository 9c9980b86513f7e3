import { createPublicKey, type webcrypto } from 'node:crypto';
import * as x509 from './x509.ts';

/** RSA, as FTS compares moduli; 2048 bits, what grid CAs ask for at least. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

/** Certificates begin this long before they are made, for clocks that differ. */
const HEAD_START_MS = 5 * 60_000;

/** A distinguished name, most general part first: `[['DC', 'org'], ['CN', 'Alice']]`. */
export type Name = readonly (readonly [type: 'DC' | 'O' | 'CN', value: string])[];

/** A private key with its certificate and those above it, leaf first, without the CA's. */
export interface Credential {
  /** Subject of the leaf. */
  name: Name;
  keys: webcrypto.CryptoKeyPair;
  certificates: readonly x509.X509Certificate[];
}

export interface IssueOptions {
  name: Name;
  publicKey: webcrypto.CryptoKey;
  issuer: Name;
  issuerKey: webcrypto.CryptoKey;
  /** From now; negative: the certificate has expired so long ago. */
  lifetimeSeconds: number;
  extensions: x509.Extension[];
}

/** @param bits of the modulus */
export function generateKeys(bits = ALGORITHM.modulusLength): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey({ ...ALGORITHM, modulusLength: bits }, true, ['sign', 'verify']);
}

/** Makes and signs a certificate. */
export function issueCertificate(options: IssueOptions): Promise<x509.X509Certificate> {
  const notAfter = Date.now() + options.lifetimeSeconds * 1000;
  return x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    subject: jsonName(options.name),
    issuer: jsonName(options.issuer),
    notBefore: new Date(Math.min(Date.now(), notAfter) - HEAD_START_MS),
    notAfter: new Date(notAfter),
    publicKey: options.publicKey,
    signingKey: options.issuerKey,
    signingAlgorithm: ALGORITHM,
    extensions: options.extensions,
  });
}

/** A certificate request, signed with its own key, as FTS makes them. */
export async function requestCertificate(name: Name, keys: webcrypto.CryptoKeyPair): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: jsonName(name),
    keys,
    signingAlgorithm: ALGORITHM,
  });
  return `${request.toString('pem')}\n`;
}

/** A private key as PKCS#8 PEM. */
export async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')}\n`;
}

/** A private key of {@link keyPem}, with its public one. */
export async function readKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const publicKey = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const [der] = x509.PemConverter.decode(pem);
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', der ?? new Uint8Array(), ALGORITHM, true, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', publicKey, ALGORITHM, true, ['verify']),
  };
}

/** Certificates as PEM, one after the other. */
export const certificatesPem = (certificates: readonly x509.X509Certificate[]): string =>
  certificates.map((certificate) => `${certificate.toString('pem')}\n`).join('');

/** `/DC=org/CN=Alice`, as grid services write names. */
export const slashName = (name: Name): string => name.map(([type, value]) => `/${type}=${value}`).join('');

const jsonName = (name: Name): x509.JsonName => name.map(([type, value]) => ({ [type]: [value] }));
