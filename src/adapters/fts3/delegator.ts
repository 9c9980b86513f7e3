import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CredentialRef } from '../../domain/file.ts';
import { utcTime } from '../../domain/utc-time.ts';
import type { CredentialStore, X509Credential } from '../../ports/credentials.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { HttpFailure } from '../http.ts';
import { createDelegationExchange, type DelegationExchange } from './delegation.ts';
import { createFtsClient, createFtsTextClient, credentialFailure, type FtsClient } from './fts-client.ts';
import { ServerCare } from './server-care.ts';

export interface DelegatorOptions {
  dispatchers: Dispatchers;
  /** Shared with all that talk to these servers. */
  care?: ServerCare;
  store: CredentialStore;
  /** Hours that a delegation is asked to last. */
  lifetime: number;
  /** It is renewed when less hours are left. */
  renewBelow: number;
  /** Milliseconds per exchange (30 s). */
  timeoutMs?: number;
}

const HOUR_MS = 3_600_000;
/** FTS takes no job when less than this is left. */
const LEAST_LEFT_MS = HOUR_MS;
/** A credential that itself ends soon is not delegated again and again: only where this much is gained. */
const WORTHWHILE_MS = 10 * 60_000;
/** Pause after a failed renewal that nobody waits for. */
const PATIENCE_MS = 5 * 60_000;

interface Known {
  /** Of the credential it was made with: another one may last longer, or be somebody else's. */
  fingerprint: string;
  expiresAt: number;
  /** When we looked or delegated. */
  at: number;
}

/** Sees to it that FTS servers hold delegated credentials: one delegation at a time per (server, credential), however many ask. */
export class Delegator {
  readonly #store: CredentialStore;
  readonly #exchange: DelegationExchange;
  readonly #lifetimeMs: number;
  readonly #renewBelowMs: number;
  readonly #timeoutMs: number;
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #patientUntil = new Map<string, number>();

  constructor({
    dispatchers,
    care = new ServerCare(),
    store,
    lifetime,
    renewBelow,
    timeoutMs = 30_000,
  }: DelegatorOptions) {
    this.#store = store;
    this.#exchange = createDelegationExchange(
      createFtsClient(dispatchers, care),
      createFtsTextClient(dispatchers, care),
    );
    this.#lifetimeMs = lifetime * HOUR_MS;
    this.#renewBelowMs = renewBelow * HOUR_MS;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves when FTS holds a delegated credential with enough time left for a job; usually at once, from memory.
   * Tokens are not delegated, and nothing is over plain http.
   * @param renewedAfter FTS did not take what it had at that time (epoch milliseconds): it is delegated anew
   * @throws PortError `CredentialUnavailable`, `FtsUnavailable`, both retryable
   */
  async ensure(server: string, ref: CredentialRef, renewedAfter?: number): Promise<void> {
    if (new URL(server).protocol !== 'https:') return;
    const credential = await this.#store.get(ref);
    if (credential.kind === 'token') return;
    const key = keyOf(server, ref);
    const isKnown = this.#isGood(key, credential) && (this.#known.get(key)?.at ?? 0) > (renewedAfter ?? 0);
    if (!isKnown) await this.#once(key, () => this.#renew(key, server, ref, credential, renewedAfter !== undefined));
    const left = (this.#known.get(key)?.expiresAt ?? 0) - Date.now();
    if (left < LEAST_LEFT_MS) throw tooShort(ref, credential);
  }

  /** As `ensure`, for those who need no delegation themselves: never fails, and is patient after a failure. */
  async keepFresh(server: string, ref: CredentialRef): Promise<void> {
    const key = keyOf(server, ref);
    if ((this.#patientUntil.get(key) ?? 0) > Date.now()) return;
    try {
      await this.ensure(server, ref);
      this.#patientUntil.delete(key);
    } catch {
      // Whoever submits next is told.
      this.#patientUntil.set(key, Date.now() + PATIENCE_MS);
    }
  }

  /** Takes back what FTS holds. @throws PortError as `ensure` */
  async revoke(server: string, ref: CredentialRef): Promise<void> {
    await this.#exchange.revoke({ server, credential: ref, timeoutMs: this.#timeoutMs });
    this.#known.delete(keyOf(server, ref));
  }

  #isGood(key: string, credential: X509Credential): boolean {
    const known = this.#known.get(key);
    return known?.fingerprint === credential.fingerprint && !this.#isDue(known.expiresAt, credential);
  }

  #isDue(expiresAt: number, credential: X509Credential): boolean {
    const isShort = expiresAt - Date.now() < this.#renewBelowMs;
    return isShort && credential.expiresAt - expiresAt >= WORTHWHILE_MS;
  }

  async #renew(key: string, server: string, ref: CredentialRef, credential: X509Credential, force: boolean) {
    const asker = { server, credential: ref, timeoutMs: this.#timeoutMs };
    const { id, expiresAt } = await this.#exchange.look(asker);
    const isDue = force || expiresAt === null || this.#isDue(expiresAt, credential);
    const ends = isDue ? await this.#exchange.delegate(asker, id, credential, this.#lifetimeMs) : expiresAt;
    this.#known.set(key, { fingerprint: credential.fingerprint, expiresAt: ends, at: Date.now() });
  }

  #once(key: string, work: () => Promise<void>): Promise<void> {
    let running = this.#running.get(key);
    if (!running) {
      running = work().finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return running;
  }
}

/** A client that delegates anew, once, where FTS misses a delegated credential when a job is submitted, and submits again. */
export function renewingDelegation(client: FtsClient, delegator: Delegator): FtsClient {
  return async (request) => {
    const sentAt = Date.now();
    try {
      return await client(request);
    } catch (error) {
      if (!isDelegationMissing(error)) throw error;
      await delegator.ensure(request.server, request.credential, sentAt);
      return client(request);
    }
  };
}

/** FTS answers 419 before it takes the job, so that the job may be sent again. */
const isDelegationMissing = (error: unknown): boolean =>
  error instanceof HttpFailure && error.type === FAILURE_TYPES.credential && error.status === 419;

const keyOf = (server: string, { user, group, role }: CredentialRef): string =>
  JSON.stringify([server, user, group, role]);

const tooShort = ({ user }: CredentialRef, { expiresAt }: X509Credential) =>
  credentialFailure(
    `the credential of ${user || 'the service'} ends ${utcTime(expiresAt)}: FTS takes no job with less than an hour left`,
  );
