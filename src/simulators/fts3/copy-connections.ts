import { Agent, type Dispatcher } from 'undici';
import type { DelegatedCredential } from './delegation-exchange.ts';
import { ERRNO, StorageError } from './reasons.ts';
import type { JobRow } from './rows.ts';

/** A way to a storage, and what every request on it carries. */
export interface CopyConnection {
  dispatcher: Dispatcher;
  headers: Record<string, string>;
}

/** Connections of copies to storages: over TLS as the owner of the job, by the proxy delegated last or the job's token. */
export class CopyConnections {
  readonly #options: Agent.Options;
  readonly #credentialOf: (delegationId: string) => DelegatedCredential | null;
  readonly #isAnonymous: boolean;
  readonly #nobody: Agent;
  /** By delegation id. */
  readonly #agents = new Map<string, { credential: DelegatedCredential; agent: Agent }>();

  /**
   * @param authorities PEM of those that storages are trusted by; null where FTS itself speaks plain HTTP: copies are
   *   nobody's then
   * @param silenceMs how long a storage may stay silent
   */
  constructor(
    credentialOf: (delegationId: string) => DelegatedCredential | null,
    authorities: readonly string[] | null,
    silenceMs: number,
  ) {
    this.#credentialOf = credentialOf;
    this.#isAnonymous = authorities === null;
    this.#options = {
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      ...(authorities && { connect: { ca: [...authorities] } }),
    };
    this.#nobody = new Agent(this.#options);
  }

  /** @throws StorageError where the job's proxy is gone or has expired */
  for(url: string, { delegationId, token }: JobRow): CopyConnection {
    const nobody = { dispatcher: this.#nobody, headers: {} };
    if (this.#isAnonymous || !url.startsWith('https:')) return nobody;
    if (token !== null) return { ...nobody, headers: { authorization: `Bearer ${token}` } };
    const credential = this.#credentialOf(delegationId);
    if (!credential || credential.notAfter <= Date.now()) throw new StorageError(ERRNO.EACCES, 'proxy expired');
    return { dispatcher: this.#agentOf(delegationId, credential), headers: {} };
  }

  async close(): Promise<void> {
    const agents = [this.#nobody, ...[...this.#agents.values()].map(({ agent }) => agent)];
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #agentOf(delegationId: string, credential: DelegatedCredential): Agent {
    const known = this.#agents.get(delegationId);
    if (known?.credential === credential) return known.agent;
    // What runs on the connections of the older proxy ends first.
    known?.agent.close().catch(() => undefined);
    const { pem } = credential;
    const agent = new Agent({ ...this.#options, connect: { ...this.#options.connect, cert: pem, key: pem } });
    this.#agents.set(delegationId, { credential, agent });
    return agent;
  }
}
