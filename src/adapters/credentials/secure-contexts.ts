import { createSecureContext, getCACertificates, setDefaultCACertificates, type SecureContext } from 'node:tls';
import type { Credential } from '../../ports/credentials.ts';
import type { Anchors } from './trust-anchors.ts';

/** Node's own, before we changed them. */
let nodesOwn: string[] | null = null;
/** Fingerprint of the authorities that are Node's default now. */
let defaults = '';

/**
 * Makes authorities Node's default, which contexts share: those of a grid site would take 700 KiB and 3 ms in each (measured with a
 * hundred of Node's own certificates), most of a gigabyte for a thousand users. A context keeps what was the default when it was made.
 */
function shareAuthorities({ certificates, fingerprint }: Anchors): void {
  if (defaults === fingerprint) return;
  nodesOwn ??= getCACertificates('default');
  setDefaultCACertificates(certificates ?? nodesOwn);
  defaults = fingerprint;
}

/** TLS contexts, one for each credential whatever servers it is shown to. Each lives as long as somebody uses it. */
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
    shareAuthorities(anchors);
    const context = createSecureContext({
      ...(client && { cert: client.chain.join(''), key: client.key }),
      minVersion: 'TLSv1.2',
    });
    this.#contexts.set(key, new WeakRef(context));
    this.#gone.register(context, key);
    return context;
  }
}
