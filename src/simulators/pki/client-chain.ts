import type { X509Certificate } from 'node:crypto';
import * as x509 from './x509.ts';
import { PROXY_CERT_INFO } from './proxy.ts';

/** SSLVerifyDepth of the Apache in front of FTS. */
const LONGEST_CHAIN = 10;

/** What a server knows of whoever is at the other end of a TLS connection. */
export type ClientChain =
  /** No certificate was shown. */
  | { kind: 'none' }
  /** A chain that ends at a trusted authority. */
  | {
      kind: 'trusted';
      /** Of the person, `/DC=…/CN=…`, without what proxies added. */
      dn: string;
      /** As shown, leaf first. */
      certificates: readonly X509Certificate[];
      /** Epoch ms at which the first certificate of the chain expires. */
      notAfter: number;
    }
  /** A chain that is not accepted, and OpenSSL's words for why. */
  | { kind: 'refused'; reason: string };

/**
 * Verifies what a client has shown. By hand, because Node's own verification refuses every proxy certificate, which
 * the Apache in front of grid services is told to accept (OPENSSL_ALLOW_PROXY_CERTS).
 *
 * @param shown leaf first
 * @param now epoch ms
 */
export function verifyClientChain(
  shown: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: number,
): ClientChain {
  if (shown.length === 0) return { kind: 'none' };
  let person: X509Certificate | null = null;
  let notAfter = Infinity;
  for (const [at, certificate] of shown.entries()) {
    const late = Date.parse(certificate.validTo);
    if (late < now) return refused('certificate has expired');
    if (Date.parse(certificate.validFrom) > now) return refused('certificate is not yet valid');
    notAfter = Math.min(notAfter, late);

    const above = shown[at + 1];
    const isProxy = hasProxyInfo(certificate);
    // Once a person is found, only authorities may follow; before, only proxies.
    if (person ? !certificate.ca : certificate.ca) return refused('invalid CA certificate');
    if (isProxy && (person || !isNamedAfter(certificate))) return refused('proxy subject name violation');
    if (!isProxy) person ??= certificate;

    const authority = isProxy ? undefined : authorities.find((one) => one.subject === certificate.issuer);
    const issuer = authority ?? above;
    if (issuer?.subject !== certificate.issuer) return refused('unable to get local issuer certificate');
    if (!certificate.verify(issuer.publicKey)) return refused('certificate signature failure');
    if (authority && person) {
      return { kind: 'trusted', dn: slashForm(person.subject), certificates: shown.slice(0, at + 1), notAfter };
    }
  }
  return refused('unable to get local issuer certificate');
}

const refused = (reason: string): ClientChain => ({ kind: 'refused', reason });

/** What a client has shown in a handshake: its certificate and those above it, at most as many as Apache looks at. */
export function shownChain(leaf: X509Certificate | undefined): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next = leaf; next && chain.length < LONGEST_CHAIN; next = next.issuerCertificate) chain.push(next);
  return chain;
}

/** RFC 3820 §3.4: a proxy is named after its issuer, with one more common name. */
export function isNamedAfter(proxy: X509Certificate): boolean {
  const parts = proxy.subject.split('\n');
  return parts.at(-1)?.startsWith('CN=') === true && parts.slice(0, -1).join('\n') === proxy.issuer;
}

const hasProxyInfo = (certificate: X509Certificate): boolean =>
  new x509.X509Certificate(certificate.raw).getExtension(PROXY_CERT_INFO) !== null;

/** Node writes a name as one part per line, with backslashes before what OpenSSL finds special. */
const slashForm = (subject: string): string =>
  subject
    .split('\n')
    .map((part) => `/${part.replace(/\\(.)/g, '$1')}`)
    .join('');
