import type { CredentialRef } from '../domain/file.ts';

interface CredentialBase {
  /** When it ends, epoch milliseconds; null: it does not say (an opaque token). */
  expiresAt: number | null;
  /** Changes with the content and tells nothing of it. */
  fingerprint: string;
}

/** A proxy, or a certificate of a host or robot, with its private key. */
export interface X509Credential extends CredentialBase {
  kind: 'x509';
  /** PEM certificates: the leaf, who issued it, and so on; without the authority's own. */
  chain: readonly string[];
  /** The leaf's private key: RSA, PEM (PKCS #8). */
  key: string;
  expiresAt: number;
}

/** An OAuth access token. */
export interface TokenCredential extends CredentialBase {
  kind: 'token';
  token: string;
}

/** What proves to servers that we act for somebody. Lives in memory only: never in payloads, logs or errors. */
export type Credential = X509Credential | TokenCredential;

export type CredentialState = 'valid' | 'expiring' | 'expired' | 'unreadable';

/** A credential of the store without its secrets. */
export interface CredentialInfo {
  /** With an empty user: the service's own. */
  ref: CredentialRef;
  kind: Credential['kind'];
  /** Epoch milliseconds; null: it does not say, or it cannot be read. */
  expiresAt: number | null;
  state: CredentialState;
  /** What is wrong with one that cannot be used; else null. */
  problem: string | null;
}

/** Where credentials of the owners of files come from. */
export interface CredentialStore {
  /**
   * The credential in force now: ask anew for each use.
   * @throws PortError `CredentialUnavailable`, retryable, which says whose is missing, unreadable or expired, and since when.
   */
  get(ref: CredentialRef): Promise<Credential>;
  /** All there are. @throws the operating system's error where the store itself cannot be read */
  list(): Promise<CredentialInfo[]>;
}
