import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import type { Windows } from './options.ts';

/** As time is faster FTS is asked more often a second, which is not to be what is narrow. */
export const FTS_LIMITS = { maxConcurrentRequests: 200, requestsPerSecond: 10_000 };

/** What waits for the world to change, and so is divided by the speed in any case. */
const WORLDLY = [
  'retryDelay',
  'retryDelayMax',
  'retryFor',
  'cancelGrace',
  'blockTimeout',
  'cleanupDelay',
  'cleanupDelayMax',
] as const;
/** How soon things are done together. */
const WINDOWLIKE = ['batchWindow', 'followFirst', 'followMax', 'followGrid'] as const;

/** The shipped policy where time is so many times faster. */
export function policyAt(speed: number, windows: Windows): Policy {
  const scaled = [...WORLDLY, ...(windows === 'scaled' ? WINDOWLIKE : [])];
  return {
    ...DEFAULT_POLICY,
    ...Object.fromEntries(scaled.map((name) => [name, Math.max(0.05, DEFAULT_POLICY[name] / speed)])),
  };
}
