import { logNormal } from '../../src/demo/random.ts';
import { CMS, CMS_FAILURES } from './cms-figures.ts';
import { Weighted } from './weighted.ts';

/** How a copy turns out: FTS's state and reason. */
export interface CopyFailure {
  state: 'FAILED' | 'CANCELED';
  reason: string;
}

const BY_SHARE = new Weighted(CMS_FAILURES.map(({ share }) => share));

/** Why a copy that fails does so, in production's proportions. */
export function drawFailure(random: () => number): CopyFailure {
  const { state, reason } = CMS_FAILURES[BY_SHARE.draw(random)] as (typeof CMS_FAILURES)[number];
  return { state, reason };
}

/** Whether a copy fails, in production's proportions; null for one that goes well. */
export const drawOutcome = (random: () => number): CopyFailure | null =>
  random() < CMS.shareOfFailures ? drawFailure(random) : null;

/** Seconds that FTS copies so many bytes for. */
export function drawCopySeconds(random: () => number, bytes: number): number {
  const { overhead, bytesPerSecond } = CMS.copy;
  return overhead + bytes / logNormal(random, bytesPerSecond.median, bytesPerSecond.sigma);
}
