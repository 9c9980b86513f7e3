import { createHash, type X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { uuid5 } from '../../domain/digest.ts';
import { bearerToken } from '../bearer-token.ts';
import type { SimulatedRequest } from '../http-server.ts';
import { DoorRefusal, FtsRefusal } from './answers.ts';

/** FTS's constant from which deterministic job ids are made. */
export const BASE_ID = '01874efb-4735-4595-bc9c-591aef8240c9';

/** A user the simulator knows. */
export interface FtsIdentity {
  /** Of users of tokens, their token's subject. */
  dn: string;
  /** First VO; deterministic job ids depend on it. */
  vo: string;
  /** May do everything. */
  root?: boolean;
  /** Over plain HTTP only. False: has to delegate before submitting. Default true. */
  delegated?: boolean;
}

/** A user as recognised in one request. */
export interface Caller extends FtsIdentity {
  method: 'certificate' | 'oauth2';
  delegationId: string;
  /** As shown over TLS, leaf first. */
  certificates: readonly X509Certificate[];
  /** The bearer token, which its jobs' copies use too. */
  token: string | null;
}

const DEFAULT_IDENTITY: FtsIdentity = { dn: '/DC=org/DC=example/OU=Robots/CN=asyncstageout', vo: 'cms' };

/** Recognises users, by certificate or token over TLS, by what they say over plain HTTP. */
export class Identities {
  readonly #first: FtsIdentity;
  readonly #byDn: Map<string, FtsIdentity>;
  readonly #vo: string | null;

  /** @param vo of users that are none of the identities; null: they are refused; absent: the first identity's */
  constructor(identities: readonly FtsIdentity[] = [], vo?: string | null) {
    this.#first = identities[0] ?? DEFAULT_IDENTITY;
    this.#byDn = new Map(identities.map((identity) => [identity.dn, identity]));
    this.#vo = vo === undefined ? this.#first.vo : vo;
  }

  /**
   * The caller, or null for an anonymous one. A certificate that is not accepted is answered by a page, as FTS's own
   * authentication does; the Apache in front of a real one may end the handshake instead, with an alert that Node's
   * servers cannot send.
   *
   * @throws DoorRefusal 403
   */
  recognise({ client, headers }: SimulatedRequest): Caller | null {
    if (!client) return this.#overHttp(headers);
    const token = bearerToken(headers.authorization);
    if (token === 'invalid') throw new DoorRefusal(403, 'Invalid credentials (Invalid OAuth2 credentials)');
    if (token) {
      const delegationId = delegationIdOf(token.issuer + token.subject);
      const identity = this.#known(token.subject, token.groups[0]?.replace(/^\//, ''));
      return { ...identity, method: 'oauth2', delegationId, certificates: [], token: token.text };
    }
    if (client.kind === 'none') return null;
    if (client.kind === 'refused') throw new DoorRefusal(403, `Invalid credentials (${client.reason})`);
    return asCertificate(this.#known(client.dn), client.certificates);
  }

  /** Everyone is the first identity; a Bearer token only changes the method, `X-Test-DN` the identity (`anon`: nobody). */
  #overHttp(headers: IncomingHttpHeaders): Caller | null {
    const wanted = headers['x-test-dn'];
    if (wanted === 'anon') return null;
    const stranger = (dn: string): FtsIdentity => ({ dn, vo: this.#first.vo, delegated: false });
    const identity = typeof wanted === 'string' ? (this.#byDn.get(wanted) ?? stranger(wanted)) : this.#first;
    const caller = asCertificate(identity, []);
    return headers.authorization?.startsWith('Bearer ') ? { ...caller, method: 'oauth2' } : caller;
  }

  /** @throws DoorRefusal 403 for strangers, where those are not welcome */
  #known(name: string, vo: string | null = this.#vo): FtsIdentity {
    const known = this.#byDn.get(name);
    if (known) return known;
    if (vo === null) throw new DoorRefusal(403, 'The user does not belong to any authorized vo');
    return { dn: name, vo };
  }
}

const asCertificate = (identity: FtsIdentity, certificates: readonly X509Certificate[]): Caller => ({
  ...identity,
  method: 'certificate',
  delegationId: delegationIdOf(identity.dn),
  certificates,
  token: null,
});

/** FTS's id of a user's credential, 16 hex digits; the simulator's users have no VOMS attributes. */
function delegationIdOf(dn: string): string {
  return createHash('sha1').update(dn).digest('hex').slice(0, 16);
}

/** The body of /whoami. */
export function whoami(caller: Caller | null): object {
  if (!caller) {
    const nobody = { vos: [], vos_id: [], roles: [], level: [], delegation_id: null, method: 'unauthenticated' };
    return { user_dn: 'anon', dn: ['anon'], base_id: BASE_ID, voms_cred: [], ...nobody, is_root: false };
  }
  const level = caller.root
    ? { transfer: 'all', deleg: 'all', config: 'all', admin: 'all', datamanagement: 'all' }
    : { transfer: 'vo', datamanagement: 'all' };
  return {
    user_dn: caller.dn,
    dn: [caller.dn],
    base_id: BASE_ID,
    voms_cred: [],
    vos: [caller.vo],
    vos_id: [uuid5(BASE_ID, caller.vo)],
    roles: [],
    level,
    delegation_id: caller.delegationId,
    method: caller.method,
    is_root: caller.root ?? false,
  };
}

/** The caller where a right is needed. @throws FtsRefusal 403 */
export function authorised(caller: Caller | null): Caller {
  if (!caller) throw new FtsRefusal(403, 'Not enough permissions');
  return caller;
}
