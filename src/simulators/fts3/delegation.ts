import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import { FtsRefusal, json } from './answers.ts';
import { KeptList, type StateFile } from '../state-file.ts';
import type { FtsDelegation } from './books.ts';
import { DelegationExchange, type DelegatedCredential } from './delegation-exchange.ts';
import { authorised, type Caller } from './identity.ts';
import { wireTime } from './views.ts';

interface KeptCredential {
  id: string;
  credential: DelegatedCredential | null;
}

const HOUR_MS = 3_600_000;

/** Size of a key for a client that has none of its own, as over plain HTTP. */
const USUAL_BITS = 2048;

/**
 * Delegated credentials. Over TLS a user has the one last delegated, by a real exchange. Over plain HTTP there is no
 * certificate to delegate from: every user has a live delegation unless the simulator was told otherwise, and any
 * certificate in a PUT is accepted.
 */
export class Delegations {
  /** Every delegation accepted, in order. */
  readonly accepted: KeptList<FtsDelegation>;
  readonly #exchange = new DelegationExchange();
  readonly #lifetimeMs: number;
  readonly #isReal: boolean;
  /** By delegation id; null where it was revoked. */
  readonly #credentials = new Map<string, DelegatedCredential | null>();
  readonly #state: StateFile | null;

  /**
   * @param lifetimeHours how long a delegation over plain HTTP is good for
   * @param state what was delegated before is read from here
   */
  constructor(lifetimeHours: number, isOverTls: boolean, state: StateFile | null = null) {
    this.#state = state;
    this.accepted = new KeptList(state, 'delegation');
    for (const { id, credential } of state?.all<KeptCredential>('credential') ?? [])
      this.#credentials.set(id, credential);
    this.#lifetimeMs = lifetimeHours * HOUR_MS;
    this.#isReal = isOverTls;
  }

  /** What FTS holds for a delegation, expired or not. */
  credentialOf(delegationId: string): DelegatedCredential | null {
    return this.#credentials.get(delegationId) ?? null;
  }

  /** @throws FtsRefusal 419, as FTS also does when less than an hour is left; users of tokens need no delegation */
  demand(caller: Caller): void {
    if (caller.method === 'oauth2') return;
    const expiry = this.#expiryOf(caller);
    const id = caller.delegationId;
    if (expiry === null) throw new FtsRefusal(419, `No delegation found for "${caller.dn}"`);
    const leftMs = expiry - Date.now();
    if (leftMs <= 0) {
      const seconds = Math.round(-leftMs / 1000);
      throw new FtsRefusal(419, `The delegated credentials expired ${seconds} seconds ago (${id})`);
    }
    if (leftMs < HOUR_MS) {
      throw new FtsRefusal(419, `The delegated credentials has less than one hour left (${id})`);
    }
  }

  /** `/delegation/<id>[/request|/credential]`. @throws FtsRefusal 400, 403, 404, 405 */
  async answer(request: SimulatedRequest, segments: readonly string[], user: Caller | null): Promise<SimulatedAnswer> {
    const [id, action] = segments;
    const caller = authorised(user);
    const what = `${request.method} ${action ?? ''}`;
    if (what !== 'GET ') requireCertificate(caller);
    if (id !== caller.delegationId) {
      throw new FtsRefusal(403, 'The requested ID and the credentials ID do not match');
    }
    switch (what) {
      case 'GET ':
        return this.#view(request, caller);
      case 'DELETE ':
        if (this.#expiryOf(caller) === null) throw new FtsRefusal(404, 'Delegated credentials not found');
        this.#hold(id, null);
        return { status: 204 };
      case 'GET request': {
        const body = await this.#exchange.request(id, keyBits(caller));
        return { status: 200, headers: { 'content-type': 'text/plain', 'x-delegation-id': id }, body };
      }
      case 'PUT credential':
      case 'POST credential':
        await this.#accept(caller, String(await request.body()));
        return { status: 201 };
      default:
        throw new FtsRefusal(405, 'The method is not allowed for the requested URL.');
    }
  }

  async #accept({ dn, delegationId }: Caller, pem: string): Promise<void> {
    if (!this.#isReal && !pem.includes('-----BEGIN CERTIFICATE-----')) {
      throw new FtsRefusal(400, 'Could not process the proxy: Malformed proxy');
    }
    const credential = this.#isReal
      ? await this.#exchange.accept(delegationId, pem)
      : { pem, notAfter: Date.now() + this.#lifetimeMs };
    this.#hold(delegationId, credential);
    this.accepted.push({ at: Date.now(), delegationId, userDn: dn, notAfter: credential.notAfter });
  }

  #hold(id: string, credential: DelegatedCredential | null): void {
    this.#credentials.set(id, credential);
    this.#state?.put('credential', id, { id, credential } satisfies KeptCredential);
  }

  /** Epoch ms; null without a delegation. */
  #expiryOf({ delegationId, delegated }: Caller): number | null {
    const credential = this.#credentials.get(delegationId);
    if (credential !== undefined) return credential?.notAfter ?? null;
    return this.#isReal || delegated === false ? null : Date.now() + this.#lifetimeMs;
  }

  #view(request: SimulatedRequest, caller: Caller): SimulatedAnswer {
    const expiry = this.#expiryOf(caller);
    if (expiry !== null) return json({ termination_time: wireTime(expiry), voms_attrs: [''] });
    // FTS's own clients from 3.12 on are told [], everybody else null.
    const [, major = '0', minor = '0'] = /fts-.+\/(\d+)\.(\d+)/.exec(request.headers['user-agent'] ?? '') ?? [];
    return json(Number(major) > 3 || (major === '3' && Number(minor) >= 12) ? [] : null);
  }
}

/** @throws FtsRefusal 403 for users of tokens */
function requireCertificate({ method }: Caller): void {
  if (method !== 'certificate') throw new FtsRefusal(403, 'Certificate required');
}

const keyBits = ({ certificates }: Caller): number =>
  certificates[0]?.publicKey.asymmetricKeyDetails?.modulusLength ?? USUAL_BITS;
