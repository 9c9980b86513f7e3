import type { webcrypto } from 'node:crypto';
import * as x509 from './x509.ts';
import { generateKeys, issueCertificate, type Credential, type Name } from './certificates.ts';
import { END_ENTITY } from './proxy.ts';

const YEAR_S = 365 * 86_400;

/** Common name of an authority that does not say otherwise. */
const USUAL_NAME = 'ASO Test CA';

/** Where the simulators listen. */
const LOOPBACK: x509.JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

/** A certificate authority for tests: it exists only in this process, and whoever trusts it is a test or the demo. */
export class TestAuthority {
  readonly name: Name;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;

  private constructor(commonName: string, certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.name = userName(commonName);
    this.certificate = certificate;
    this.keys = keys;
  }

  /** @param commonName sets it apart from other authorities */
  static async create(commonName = USUAL_NAME): Promise<TestAuthority> {
    const keys = await generateKeys();
    const name = userName(commonName);
    const certificate = await issueCertificate({
      ...{ name, issuer: name, publicKey: keys.publicKey, issuerKey: keys.privateKey, lifetimeSeconds: YEAR_S },
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new TestAuthority(commonName, certificate, keys);
  }

  /** The authority of the usual name, made earlier. */
  static of(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): TestAuthority {
    return new TestAuthority(USUAL_NAME, certificate, keys);
  }

  /** A certificate for servers on loopback. @param hosts further names of it */
  issueHost(hosts: readonly string[] = []): Promise<Credential> {
    const further = hosts.map((value) => ({ type: 'dns' as const, value }));
    const names = new x509.SubjectAlternativeNameExtension([...LOOPBACK, ...further]);
    return this.#issue([['CN', 'localhost']], YEAR_S, [names]);
  }

  /** A user's certificate, named {@link userName}. */
  issueUser(commonName: string, lifetimeSeconds = YEAR_S): Promise<Credential> {
    return this.#issue(userName(commonName), lifetimeSeconds, []);
  }

  async #issue(name: Name, lifetimeSeconds: number, extensions: x509.Extension[]): Promise<Credential> {
    const keys = await generateKeys();
    const certificate = await issueCertificate({
      ...{ name, publicKey: keys.publicKey, issuer: this.name, issuerKey: this.keys.privateKey, lifetimeSeconds },
      extensions: [
        ...END_ENTITY,
        // Without it Python's strict verification, usual from 3.13 on, trusts no certificate.
        await x509.AuthorityKeyIdentifierExtension.create(this.certificate),
        ...extensions,
      ],
    });
    return { name, keys, certificates: [certificate] };
  }
}

/** The name in a user's certificate, or in an authority's. */
export const userName = (commonName: string): Name => [
  ['DC', 'org'],
  ['DC', 'example'],
  ['CN', commonName],
];
