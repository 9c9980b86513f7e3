import type { CredentialRef } from '../../domain/file.ts';

/** Who asks which server, and how long it may take. */
export interface Asker {
  server: string;
  credential: CredentialRef;
  timeoutMs: number;
  /** Lets submissions and cancels go first. */
  patient?: boolean;
}
