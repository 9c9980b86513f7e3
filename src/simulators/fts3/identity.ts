import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { uuid5 } from '../../domain/digest.ts';
import { FtsRefusal } from './answers.ts';

/** FTS's constant from which deterministic job ids are made. */
export const BASE_ID = '01874efb-4735-4595-bc9c-591aef8240c9';

/** A user the simulator knows. */
export interface FtsIdentity {
  dn: string;
  /** First VO; deterministic job ids depend on it. */
  vo: string;
  /** May do everything. */
  root?: boolean;
  /** False: has to delegate before submitting. Default true. */
  delegated?: boolean;
}

/** A user as recognised in one request. */
export interface Caller extends FtsIdentity {
  method: 'certificate' | 'oauth2';
  delegationId: string;
}

export const DEFAULT_IDENTITY: FtsIdentity = { dn: '/DC=org/DC=example/OU=Robots/CN=asyncstageout', vo: 'cms' };

/**
 * Recognises users. Without TLS there is no certificate: everyone is the first identity, a Bearer token only changes
 * the method, and the header `X-Test-DN` chooses another identity (`anon`: nobody).
 */
export class Identities {
  readonly #first: FtsIdentity;
  readonly #byDn: Map<string, FtsIdentity>;

  constructor(identities: readonly FtsIdentity[] = []) {
    this.#first = identities[0] ?? DEFAULT_IDENTITY;
    this.#byDn = new Map(identities.map((identity) => [identity.dn, identity]));
  }

  /** The caller, or null for an anonymous one. An unknown DN is a user of the first identity's VO, not delegated. */
  recognise(headers: IncomingHttpHeaders): Caller | null {
    const wanted = headers['x-test-dn'];
    if (wanted === 'anon') return null;
    const identity =
      typeof wanted === 'string'
        ? (this.#byDn.get(wanted) ?? { dn: wanted, vo: this.#first.vo, delegated: false })
        : this.#first;
    const method = headers.authorization?.startsWith('Bearer ') ? 'oauth2' : 'certificate';
    return { ...identity, method, delegationId: delegationIdOf(identity.dn) };
  }
}

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
