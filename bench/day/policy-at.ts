import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import type { Windows } from './options.ts';

/** As time is faster FTS is asked more often a second, which is not to be what is narrow. */
export const FTS_LIMITS = { maxConcurrentRequests: 200, requestsPerSecond: 10_000 };

/** What waits for the world to change, and so is divided by the speed in any case. */
const WORLDLY = ['cancelGrace', 'blockTimeout', 'cleanupDelay', 'cleanupDelayMax'] as const;
/** How long what failed is tried again, and after which pauses. */
const PAUSES = ['retryDelay', 'retryDelayMax', 'retryFor'] as const;
/** How soon things are done together. */
const WINDOWLIKE = ['batchWindow', 'followFirst', 'followMax', 'followGrid'] as const;

type Scaled = (typeof WORLDLY | typeof PAUSES | typeof WINDOWLIKE)[number];

/**
 * The shipped policy where time is so many times faster.
 * @param waits how many times shorter still pauses before files are tried again are
 */
export function policyAt({ speed, windows, waits }: { speed: number; windows: Windows; waits: number }): Policy {
  const scaled = (names: readonly Scaled[], times: number): [Scaled, number][] =>
    names.map((name) => [name, Math.max(0.05, DEFAULT_POLICY[name] / times)]);
  return {
    ...DEFAULT_POLICY,
    ...Object.fromEntries([
      ...scaled(WORLDLY, speed),
      ...scaled(PAUSES, speed * waits),
      ...(windows === 'scaled' ? scaled(WINDOWLIKE, speed) : []),
    ]),
  };
}
