import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { StoragePort } from '../../ports/storage.ts';
import { Bulkheads, type Bounds } from '../bulkheads.ts';

/** A worker has 50 places for storage activities of 8 files each: one door gets an eighth of what they ask at most. */
const DEFAULTS: Bounds = { atOnce: 50, stallMs: 10_000, patienceMs: 30_000 };

/** A storage that asks each door only so much at a time (`StorageBusy`), so that one slow site holds up no other. */
export function boundPerSite(storage: StoragePort, bounds: Partial<Bounds> = {}): StoragePort {
  const doors = new Bulkheads({ ...DEFAULTS, ...bounds }, FAILURE_TYPES.storageBusy);
  return {
    look: (url, credential) => doors.at(hostOf(url), () => storage.look(url, credential)),
    remove: (url, credential, version) => doors.at(hostOf(url), () => storage.remove(url, credential, version)),
  };
}

/** Host and port, of any scheme. */
const hostOf = (url: string): string => /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
