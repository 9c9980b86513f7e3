import { createSecureContext, type SecureContext } from 'node:tls';
import type { Credential } from '../../ports/credentials.ts';
import type { Anchors } from './trust-anchors.ts';

/**
 * TLS contexts, one for each credential whatever servers it is shown to: with the authorities of a grid site one takes some
 * 700 KiB and 3 ms (measured with a hundred of Node's own certificates). Each lives as long as somebody uses it.
 */
export class SecureContexts {
  readonly #contexts = new Map<string, WeakRef<SecureContext>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    // Another one may have been made since.
    if (!this.#contexts.get(key)?.deref()) this.#contexts.delete(key);
  });

  /** @throws Error of OpenSSL where it cannot use the credential */
  of(credential: Credential, anchors: Anchors): SecureContext {
    const client = credential.kind === 'x509' ? credential : null;
    // Tokens travel in headers: their connections are all alike.
    const key = `${client?.fingerprint ?? ''} ${anchors.fingerprint}`;
    const known = this.#contexts.get(key)?.deref();
    if (known) return known;
    const context = createSecureContext({
      ...(anchors.certificates && { ca: [...anchors.certificates] }),
      ...(client && { cert: client.chain.join(''), key: client.key }),
      minVersion: 'TLSv1.2',
    });
    this.#contexts.set(key, new WeakRef(context));
    this.#gone.register(context, key);
    return context;
  }
}
