import type { Policy } from '../../src/domain/policy.ts';

/** Windows and looks as short as is sensible for a user who waits, at a higher price in requests. */
export const TUNED: Partial<Policy> = { batchWindow: 2, followFirst: 2, followMax: 4, followGrid: 2 };
