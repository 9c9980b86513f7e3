import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { X509Credential } from '../../ports/credentials.ts';
import type { Asker } from './asker.ts';
import { credentialFailure, saidIn, unavailable, type FtsClient, type FtsTextClient } from './fts-client.ts';
import { signProxy } from './proxy-certificate.ts';
import { identityOf } from './whoami.ts';

/** Proxies sent in one delegation; each further one is for the key that FTS has by then. */
const ROUNDS = 4;
const PAUSE_MS = 100;

/** `null`, or `[]` for some clients, where nothing is delegated. */
const delegatedSchema = z.object({ termination_time: z.string() }).or(z.null()).or(z.tuple([]));

/** What FTS holds for a credential. */
export interface DelegatedCredential {
  /** FTS's id of the credential, 16 hex digits. */
  id: string;
  /** Epoch milliseconds; null: nothing is delegated. */
  expiresAt: number | null;
}

/** The delegation of credentials to FTS servers (RFC 3820), step by step. */
export interface DelegationExchange {
  /** What is delegated now. */
  look(asker: Asker): Promise<DelegatedCredential>;
  /**
   * Delegates: FTS makes a key and asks us to sign it. Replaces what was delegated before.
   * @returns when it ends, epoch milliseconds
   */
  delegate(asker: Asker, id: string, credential: X509Credential, lifetimeMs: number): Promise<number>;
  /** Takes back what is delegated, if anything. */
  revoke(asker: Asker): Promise<void>;
}

/**
 * Delegation over FTS's REST interface. All of it throws `CredentialUnavailable` where FTS refuses the credential, and
 * `FtsUnavailable` where there is no usable answer; both retryable.
 */
export function createDelegationExchange(client: FtsClient, textClient: FtsTextClient): DelegationExchange {
  const idOf = async (asker: Asker): Promise<string> => {
    const { delegationId } = await identityOf(client, asker);
    if (delegationId === null) throw credentialFailure(`${asker.server} takes this credential for nobody`);
    return delegationId;
  };

  /** One round of asking for a request, signing it, and sending the proxy. Null where FTS cannot use the proxy. */
  const handOver = async (asker: Asker, id: string, credential: X509Credential, lifetimeMs: number) => {
    const request = await textClient({ ...asker, method: 'GET', path: `delegation/${id}/request` });
    if (request.status !== 200) throw refusal(asker, 'certificate request', request.status, request.text);
    const proxy = await signProxy(request.text, credential, lifetimeMs).catch((error: unknown) => {
      throw unavailable(`${asker.server}: the certificate request cannot be signed: ${String(error)}`, request.status);
    });
    const put = { method: 'PUT', path: `delegation/${id}/credential`, body: proxy.chain } as const;
    const { status, text } = await textClient({ ...asker, ...put });
    if (status === 201) return { expiresAt: proxy.expiresAt };
    if (status === 400) return { problem: saidIn(text) };
    throw refusal(asker, 'delegated proxy', status, text);
  };

  return {
    async look(asker) {
      const id = await idOf(asker);
      const { status, json } = await client({ ...asker, method: 'GET', path: `delegation/${id}` });
      if (status !== 200) throw refusal(asker, 'look at the delegation', status, JSON.stringify(json));
      const delegated = delegatedSchema.safeParse(json);
      if (!delegated.success) throw unavailable(`${asker.server}/delegation: unreadable answer`, status);
      const held = delegated.data;
      return { id, expiresAt: held !== null && 'termination_time' in held ? utcTime(held.termination_time) : null };
    },

    async delegate(asker, id, credential, lifetimeMs) {
      let problem = '';
      for (let round = 1; round <= ROUNDS; round += 1) {
        // Other processes that delegated meanwhile made FTS keep another key: once more, with that one, not all at once.
        if (round > 1) await sleep(PAUSE_MS * (round - 1 + Math.random()));
        const outcome = await handOver(asker, id, credential, lifetimeMs);
        if ('expiresAt' in outcome) return outcome.expiresAt;
        problem = outcome.problem;
      }
      throw credentialFailure(`${asker.server} does not take the delegated proxy: ${problem}`);
    },

    async revoke(asker) {
      const id = await idOf(asker);
      const { status, text } = await textClient({ ...asker, method: 'DELETE', path: `delegation/${id}` });
      if (status !== 204 && status !== 404) throw refusal(asker, 'end of the delegation', status, text);
    },
  };
}

/** 403: FTS says no to this credential. Anything else is no answer. */
function refusal({ server }: Asker, what: string, status: number, text: string) {
  const message = `${server}: ${what}: HTTP ${status}: ${saidIn(text)}`;
  return status === 403 ? credentialFailure(message) : unavailable(message, status);
}

/** FTS's times are UTC without saying so: `2026-11-24T10:00:00`. Null for what is none. */
function utcTime(text: string): number | null {
  const time = Date.parse(/[Z+]/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : time;
}
