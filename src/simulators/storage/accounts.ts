import { bearerToken } from '../bearer-token.ts';
import type { SimulatedRequest } from '../http-server.ts';
import { RefusedPath } from './site-folders.ts';

export interface AccountOptions {
  /** Users by DN or token subject; without it, the last common name of a DN, and the subject itself. */
  users?: Readonly<Record<string, string>>;
  /** Members of groups with an area below `/store/group/`; none by default. */
  groups?: Readonly<Record<string, readonly string[]>>;
}

/** A user's own areas, and those of temporary files: `/store/temp/user/<user>.<hash of the DN>/`. */
const USER_AREA = /^\/store\/(?:user\/rucio|user|test\/rucio\/user|test\/rucio\/int\/user)\/([^/]+)(?:\/|$)/;
const TEMPORARY_AREA = /^\/store\/temp\/user\/([^/]+)\.[^./]+(?:\/|$)/;
const GROUP_AREA = /^\/store\/group\/([^/]+)(?:\/|$)/;

/** Who may do what at a door over TLS. Stricter than sites are, where all of CMS may read: a look by somebody else is noticed too. */
export class Accounts {
  readonly #users: Readonly<Record<string, string>> | undefined;
  readonly #groups: Readonly<Record<string, readonly string[]>>;

  constructor({ users, groups = {} }: AccountOptions) {
    this.#users = users;
    this.#groups = groups;
  }

  /** Who sends a request: null over plain HTTP, where nobody is asked. @throws RefusedPath 401 for anonymous and unknown callers */
  userOf({ client, headers }: SimulatedRequest): string | null {
    if (!client) return null;
    const token = bearerToken(headers.authorization);
    // A bad certificate counts as none: the door goes on to see whether there is a token.
    const name = token && token !== 'invalid' ? token.subject : client.kind === 'trusted' ? client.dn : null;
    const user = name === null ? undefined : this.#users ? this.#users[name] : name.replace(/^.*\/CN=/, '');
    if (token === 'invalid' || user === undefined) throw new RefusedPath(401, 'Authentication required');
    return user;
  }

  /** @throws RefusedPath 403 where a file belongs to somebody else, or to nobody */
  demand(user: string | null, lfn: string): void {
    if (user === null || (TEMPORARY_AREA.exec(lfn) ?? USER_AREA.exec(lfn))?.[1] === user) return;
    const group = GROUP_AREA.exec(lfn)?.[1];
    if (group !== undefined && this.#groups[group]?.includes(user)) return;
    throw new RefusedPath(403, 'Permission denied');
  }
}
