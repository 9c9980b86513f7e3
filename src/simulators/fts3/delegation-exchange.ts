import { KeyObject, X509Certificate } from 'node:crypto';
import { generateKeys, keyPem, requestCertificate } from '../pki/certificates.ts';
import { isNamedAfter } from '../pki/client-chain.ts';
import { FtsRefusal } from './answers.ts';

/** A proxy that FTS holds for a user. */
export interface DelegatedCredential {
  /** Proxy, its key, the certificates above it. */
  pem: string;
  /** Epoch ms at which the first of them expires. */
  notAfter: number;
}

interface PendingKey {
  keys: Awaited<ReturnType<typeof generateKeys>>;
  bits: number;
  request: string;
}

/** The two steps of a delegation: a request for a key that never leaves FTS, and the proxy that a client issues for it. */
export class DelegationExchange {
  readonly #pending = new Map<string, PendingKey>();

  /**
   * The certificate request of a delegation, the same every time for the same key size. Of two that come at the same
   * time, each gets one of its own and only the later one counts, as in FTS.
   */
  async request(id: string, bits: number): Promise<string> {
    const known = this.#pending.get(id);
    if (known?.bits === bits) return known.request;
    const keys = await generateKeys(bits);
    const request = await requestCertificate([['O', 'Dummy']], keys);
    this.#pending.set(id, { keys, bits, request });
    return request;
  }

  /** Takes a proxy with its chain, PEM, leaf first. @throws FtsRefusal 400, in FTS's words */
  async accept(id: string, pem: string): Promise<DelegatedCredential> {
    const pending = this.#pending.get(id);
    if (!pending) throw new FtsRefusal(400, 'No credential cache found');
    const [proxy, issuer, ...others] = readCertificates(pem);
    if (!proxy || !issuer) throw refused('Malformed proxy');
    if (!proxy.checkPrivateKey(KeyObject.from(pending.keys.privateKey))) {
      throw refused('The proxy does not match the stored associated private key');
    }
    if (!proxy.verify(issuer.publicKey)) {
      throw refused('Failed to verify the proxy, maybe signed with the wrong private key?');
    }
    refuseWrongName(proxy);
    const chain = [proxy, issuer, ...others];
    return {
      pem: `${proxy.toString()}${await keyPem(pending.keys)}${chain.slice(1).join('')}`,
      notAfter: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
    };
  }
}

/** Certificates of a PEM up to the first that cannot be read. */
function readCertificates(pem: string): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  try {
    for (const [block] of pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)) {
      certificates.push(new X509Certificate(block));
    }
  } catch {
    return certificates;
  }
  return certificates;
}

function refuseWrongName(proxy: X509Certificate): void {
  if (isNamedAfter(proxy)) return;
  const [subject, issuer] = [proxy.subject, proxy.issuer].map((name) => name.replaceAll('\n', ', '));
  const above = proxy.subject.split('\n').slice(0, -1).join('\n');
  throw refused(
    above === proxy.issuer
      ? 'Missing trailing Common Name in the proxy'
      : `The subject and the issuer of the proxy do not match: ${subject} != ${issuer}`,
  );
}

const refused = (why: string): FtsRefusal => new FtsRefusal(400, `Could not process the proxy: ${why}`);
