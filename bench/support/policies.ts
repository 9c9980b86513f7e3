import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';

/** Windows and looks as short as is sensible for a user who waits, at a higher price in requests. */
export const TUNED: Partial<Policy> = { batchWindow: 2, followFirst: 2, followMax: 4, followGrid: 2 };

/** Half a second for everything that waits for company: for measurements of work, not of waiting. */
export const QUICK: Partial<Policy> = { batchWindow: 0.5, followFirst: 0.5, followMax: 2, followGrid: 0.5 };

const { batchWindow, followFirst, followMax, followGrid } = DEFAULT_POLICY;

/** A tenth of production's windows and looks: what changes between two looks at FTS is told together, as it would be there. */
export const TENTH = {
  batchWindow: batchWindow / 10,
  followFirst: followFirst / 10,
  followMax: followMax / 10,
  followGrid: followGrid / 10,
} satisfies Partial<Policy>;

/**
 * For bursts: the window that is shipped, looks as early as is sensible. A shorter window cuts batches to pieces where a burst outlasts it,
 * and then what is measured is how many they are.
 */
export const BURST: Partial<Policy> = { followFirst: 1, followMax: 4, followGrid: 1 };
