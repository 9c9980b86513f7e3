import type { Policy } from '../../src/domain/policy.ts';

/** Times are so many times shorter than production's: see `TENTH`. */
export const FASTER = 10;

/** A policy, and copies, that lone job outputs are measured with. */
export interface Setting {
  name: string;
  /** Of production. */
  copySeconds: number;
  policy?: Partial<Policy>;
}

/** The shipped ones first. */
export const SETTINGS: readonly Setting[] = [
  { name: 'as shipped', copySeconds: 60 },
  { name: 'copies of 10 s', copySeconds: 10 },
  { name: 'copies of 5 min', copySeconds: 300 },
  { name: 'batchWindow 10 s', copySeconds: 60, policy: { batchWindow: 10 / FASTER } },
  { name: 'batchWindow 5 min', copySeconds: 60, policy: { batchWindow: 300 / FASTER } },
  { name: 'followGrid 30 s', copySeconds: 60, policy: { followGrid: 30 / FASTER } },
  { name: 'followFirst 60 s', copySeconds: 60, policy: { followFirst: 60 / FASTER } },
  { name: 'CRAB is told', copySeconds: 60, policy: { crabBookkeeping: true } },
];
