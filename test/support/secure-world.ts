import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from '../../src/simulators/pki/authority.ts';
import type { Credential } from '../../src/simulators/pki/certificates.ts';
import { writeCredential } from '../../src/simulators/pki/credential-file.ts';
import { issueProxy } from '../../src/simulators/pki/proxy.ts';
import { tlsOf, type SimulatorTls } from '../../src/simulators/pki/server-tls.ts';
import { addToTrustFolder } from '../../src/simulators/pki/trust-folder.ts';

/** An authority of its own, a server certificate, and empty folders for credentials and trust anchors that know it. */
export interface SecureWorld {
  authority: TestAuthority;
  tls: SimulatorTls;
  /** For the settings `credentials` and `trustAnchors`. */
  credentials: string;
  trustAnchors: string;
  /** Puts a fresh proxy of a user's certificate into the store. */
  giveProxy(user: string, certificate: Credential, lifetimeSeconds: number): Promise<Credential>;
  close(): Promise<void>;
}

export async function createSecureWorld(): Promise<SecureWorld> {
  const root = await mkdtemp(join(tmpdir(), 'aso-secure-'));
  const authority = await TestAuthority.create();
  const [credentials, trustAnchors] = [join(root, 'credentials'), join(root, 'certificates')];
  await addToTrustFolder(trustAnchors, authority);
  return {
    authority,
    tls: await tlsOf(authority),
    credentials,
    trustAnchors,
    async giveProxy(user, certificate, lifetimeSeconds) {
      const proxy = await issueProxy(certificate, lifetimeSeconds);
      await writeCredential(join(credentials, user, 'proxy.pem'), proxy);
      return proxy;
    },
    close: () => rm(root, { recursive: true }),
  };
}
