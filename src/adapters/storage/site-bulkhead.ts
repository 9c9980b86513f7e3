import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import type { StoragePort } from '../../ports/storage.ts';

export interface SiteBounds {
  /** Looks and removals at one door at a time. */
  atOnce: number;
  /** A door that is fully used and has not answered for so long is asked nothing more, milliseconds. */
  stallMs: number;
  /** Whoever has waited for a place longer than this gives it up, milliseconds. */
  patienceMs: number;
}

/** A worker has 50 places for storage activities of 8 files each: one door gets an eighth of what they ask at most. */
const DEFAULTS: SiteBounds = { atOnce: 50, stallMs: 10_000, patienceMs: 30_000 };

/** A door and what is asked of it. */
interface Door {
  bulkhead: BulkheadPolicy;
  /** When it last answered, or was last idle, epoch milliseconds. */
  answeredAt: number;
}

/**
 * A storage that asks each door only so much at a time. Where a door is fully used and does not answer, more is refused at once
 * (`StorageBusy`, retryable) instead of queueing: else the files of one slow site would take all of a worker's places, and those of the
 * others would wait behind them.
 */
export function boundPerSite(storage: StoragePort, bounds: Partial<SiteBounds> = {}): StoragePort {
  const { atOnce, stallMs, patienceMs } = { ...DEFAULTS, ...bounds };
  const doors = new Map<string, Door>();

  const doorOf = (host: string): Door => {
    let door = doors.get(host);
    if (!door) doors.set(host, (door = { bulkhead: bulkhead(atOnce, Infinity), answeredAt: 0 }));
    return door;
  };

  async function at<T>(url: string, work: () => Promise<T>): Promise<T> {
    const host = hostOf(url);
    const door = doorOf(host);
    const asked = Date.now();
    const free = door.bulkhead.executionSlots;
    if (free === atOnce) door.answeredAt = asked;
    if (free === 0 && asked - door.answeredAt > stallMs)
      throw busy(`${host}: ${atOnce} requests are under way, none answered for ${stallMs / 1000} s`);
    return door.bulkhead.execute(async () => {
      if (Date.now() - asked > patienceMs) throw busy(`${host}: no place within ${patienceMs / 1000} s`);
      try {
        return await work();
      } finally {
        door.answeredAt = Date.now();
      }
    });
  }

  return {
    look: (url, credential) => at(url, () => storage.look(url, credential)),
    remove: (url, credential, version) => at(url, () => storage.remove(url, credential, version)),
  };
}

const busy = (message: string): PortError => new PortError(FAILURE_TYPES.storageBusy, message);

/** Host and port, of any scheme. */
const hostOf = (url: string): string => /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
