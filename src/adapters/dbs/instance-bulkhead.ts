import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CatalogPlaces } from '../../ports/catalog.ts';
import { Bulkheads } from '../bulkheads.ts';

export interface InstanceBounds {
  /** Blocks on their way into one instance of DBS at a time. */
  atOnce: number;
  /** Those of one user among them. */
  ofOneUser: number;
}

/** A worker has 10 places for blocks: one instance leaves some to the others, and one user half of an instance to the other users. */
const DEFAULTS: InstanceBounds = { atOnce: 8, ofOneUser: 4 };

/** Nobody waits on a place of the worker: a block may take minutes. */
const NO_QUEUE = { stallMs: 0, patienceMs: 0 };
/** When to come back where there was none. */
const RETRY_AFTER_MS = 5_000;

/**
 * Places for blocks by instance and by user: DBS takes minutes for a large block, and the blocks of one task, or of one slow instance, are not
 * to take all of a worker's places. A block has its place before its metadata are read, so that those that wait for one cost CRAB nothing and
 * are not held in memory.
 */
export function createInstancePlaces(bounds: Partial<InstanceBounds> = {}): CatalogPlaces {
  const { atOnce, ofOneUser } = { ...DEFAULTS, ...bounds };
  const bulkheads = (places: number): Bulkheads =>
    new Bulkheads({ atOnce: places, ...NO_QUEUE }, FAILURE_TYPES.catalogBusy, RETRY_AFTER_MS);
  const instances = bulkheads(atOnce);
  const users = bulkheads(ofOneUser);
  return {
    at: ({ publishDbsUrl }, { user }, work) =>
      users.at(`${publishDbsUrl} for ${user}`, () => instances.at(publishDbsUrl, work)),
  };
}
