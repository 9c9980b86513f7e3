import { join } from 'node:path';
import { TestAuthority, userName } from './authority.ts';
import { slashName, type Credential } from './certificates.ts';
import { writeCredential } from './credential-file.ts';
import { issueProxy } from './proxy.ts';
import { tlsOf, type SimulatorTls } from './server-tls.ts';
import { addToTrustFolder } from './trust-folder.ts';

/** As long as FTS and CRAB let proxies be renewed within. */
const USUAL_LIFETIME_S = 24 * 3600;

/** The name under which ASO itself is known to services that have no users. */
const SERVICE = '_service';

/** An authority, servers and users with certificates of it, and the users' proxies where ASO's credential store finds them. */
export interface SimulatedPki {
  authority: TestAuthority;
  /** What servers need. */
  server: SimulatorTls;
  /** Folder with a proxy per user, `<user>/proxy.pem`, and one of ASO itself, `_service/proxy.pem`. */
  credentials: string;
  /** Folder of trust anchors, as IGTF's. */
  trust: string;
  /** DN of a user: `/DC=org/DC=example/CN=<user>`. */
  dnOf(user: string): string;
  /** Puts a new proxy in the place of a user's; negative: one that has expired so long ago. A new user gets a certificate first. */
  renewProxy(user: string, lifetimeSeconds?: number): Promise<void>;
}

/** Makes a PKI below `root`, in the folders `credentials` and `trust`; with an authority of its own unless one is given. @param hosts names of the server, besides those of loopback */
export async function createSimulatedPki(
  root: string,
  users: readonly string[],
  given?: TestAuthority,
  hosts: readonly string[] = [],
): Promise<SimulatedPki> {
  const authority = given ?? (await TestAuthority.create());
  const [credentials, trust] = [join(root, 'credentials'), join(root, 'trust')];
  const certificates = new Map<string, Promise<Credential>>();
  const certificateOf = (user: string): Promise<Credential> => {
    const certificate = certificates.get(user) ?? authority.issueUser(user === SERVICE ? 'asyncstageout' : user);
    certificates.set(user, certificate);
    return certificate;
  };
  const renewProxy = async (user: string, lifetimeSeconds = USUAL_LIFETIME_S): Promise<void> => {
    const proxy = await issueProxy(await certificateOf(user), lifetimeSeconds);
    await writeCredential(join(credentials, user, 'proxy.pem'), proxy);
  };
  const [server] = await Promise.all([
    tlsOf(authority, hosts),
    addToTrustFolder(trust, authority),
    ...[...users, SERVICE].map((user) => renewProxy(user)),
  ]);
  return { authority, server, credentials, trust, dnOf: (user) => slashName(userName(user)), renewProxy };
}
