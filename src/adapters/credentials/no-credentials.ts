import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CredentialStore } from '../../ports/credentials.ts';
import { PortError } from '../../ports/errors.ts';

/** Where no store is configured: everything that needs a credential waits for one. */
export const NO_CREDENTIALS: CredentialStore = {
  get: () => Promise.reject(new PortError(FAILURE_TYPES.credential, 'no credential store is configured (credentials)')),
  list: () => Promise.resolve([]),
};
