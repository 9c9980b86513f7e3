import { FAILURE_TYPES, type FailureType } from './failure-types.ts';

/** What a file is in the middle of, for the outside: its copy in FTS, our look at its destination, its block on the way into DBS. */
export type Step = 'copy' | 'look' | 'block';

/** What is waited for while calls fail in some way, in words, and which steps of a file that holds up. */
export interface Awaited {
  what: string;
  steps: readonly Step[];
}

/** By the type of the failure; `CredentialUnavailable` is of the task's user. Failures that nobody waits out are not here. */
export const AWAITED: Readonly<Partial<Record<FailureType, Awaited>>> = {
  [FAILURE_TYPES.credential]: { what: 'credentials', steps: ['copy', 'look', 'block'] },
  [FAILURE_TYPES.ftsUnavailable]: { what: 'FTS', steps: ['copy'] },
  [FAILURE_TYPES.siteMisconfigured]: { what: 'a site to be described', steps: ['copy', 'look'] },
  [FAILURE_TYPES.storageUnavailable]: { what: 'storage', steps: ['look'] },
  [FAILURE_TYPES.storageBusy]: { what: 'a turn at storage', steps: ['look'] },
  [FAILURE_TYPES.catalogUnavailable]: { what: 'DBS', steps: ['block'] },
  [FAILURE_TYPES.catalogRefused]: { what: 'DBS to take it', steps: ['block'] },
  [FAILURE_TYPES.catalogBusy]: { what: 'a turn at DBS', steps: ['block'] },
  [FAILURE_TYPES.crabUnavailable]: { what: 'CRAB', steps: ['block'] },
  [FAILURE_TYPES.crabRefused]: { what: 'CRAB to take it', steps: ['block'] },
};

/** What is waited for, e.g. `credentials of alice`; the failure's own name where nobody put it into words. */
export function awaitedText(type: FailureType, user: string): string {
  const what = AWAITED[type]?.what ?? type;
  return type === FAILURE_TYPES.credential ? `${what} of ${user}` : what;
}
