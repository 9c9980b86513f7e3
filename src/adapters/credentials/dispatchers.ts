import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CredentialRef } from '../../domain/file.ts';
import type { Credential, CredentialStore } from '../../ports/credentials.ts';
import { PortError } from '../../ports/errors.ts';
import type { Connection } from '../http.ts';
import type { RequestObserver } from '../request-report.ts';
import { AgentPool, type AgentPoolOptions } from './agent-pool.ts';
import { ownerText } from './credential-names.ts';
import { SecureContexts } from './secure-contexts.ts';
import type { Anchors, TrustAnchors } from './trust-anchors.ts';

/** Connections to servers as somebody: the one place where credentials meet the network. */
export interface Dispatchers {
  /**
   * A connection to a server (any URL of it) as this credential. Ask anew for each exchange, do not keep it.
   * @throws PortError `CredentialUnavailable` where there is no valid credential.
   */
  for(server: string, credential: CredentialRef): Promise<Connection>;
  /** Waits for running exchanges, then closes all connections. */
  close(): Promise<void>;
}

/** No user at all: for services that know the service itself only. */
export const NO_USER: CredentialRef = Object.freeze({ user: '', group: '', role: '' });

export interface DispatcherOptions extends AgentPoolOptions {
  store: CredentialStore;
  trust: TrustAnchors;
  /** Is told of each request when it is over. */
  onRequest?: RequestObserver | undefined;
}

/**
 * Connections with the credentials of a store: an agent for each server and credential, replaced together with the
 * credential. Servers are always verified. Plain http, which is for loopback, carries neither certificate nor token.
 */
export function createDispatchers({ store, trust, onRequest, ...pooling }: DispatcherOptions): Dispatchers {
  const pool = new AgentPool(pooling);
  const contexts = new SecureContexts();
  const watch = onRequest && { observe: onRequest };
  return {
    async for(server, ref) {
      const { origin, protocol } = new URL(server);
      if (protocol !== 'https:') return { dispatcher: pool.take(origin, '', () => ({})), headers: {}, ...watch };
      const credential = await store.get(ref);
      const anchors = await trusted(trust);
      const slot = JSON.stringify([origin, ref.user, ref.group, ref.role]);
      const version = `${credential.fingerprint} ${anchors.fingerprint}`;
      return {
        dispatcher: pool.take(slot, version, () => tlsOptions(contexts, ref, credential, anchors)),
        headers: credential.kind === 'token' ? { authorization: `Bearer ${credential.token}` } : {},
        ...watch,
      };
    },
    close: () => pool.close(),
  };
}

/** Connections without any credential: one keep-alive agent per origin, closed when idle. For simulators and open doors. */
export function createAnonymousDispatchers(): Dispatchers {
  const pool = new AgentPool();
  return {
    for: (server) => Promise.resolve({ dispatcher: pool.take(new URL(server).origin, '', () => ({})), headers: {} }),
    close: () => pool.close(),
  };
}

async function trusted(trust: TrustAnchors): Promise<Anchors> {
  try {
    return await trust.current();
  } catch (error) {
    throw new PortError(FAILURE_TYPES.credential, (error as Error).message);
  }
}

function tlsOptions(contexts: SecureContexts, ref: CredentialRef, credential: Credential, anchors: Anchors) {
  try {
    // Said outright: an environment variable must not be able to turn verification off.
    return { secureContext: contexts.of(credential, anchors), rejectUnauthorized: true };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new PortError(FAILURE_TYPES.credential, `TLS cannot use the credential of ${ownerText(ref)}: ${code}`);
  }
}
