/** When a followed FTS job is looked at. */
export interface FollowTimes {
  /** Seconds until the first look; ×1.5 with each look in vain… */
  followFirst: number;
  /** …up to so many seconds. */
  followMax: number;
  /** Looks fall on multiples of so many seconds, so that one request serves many jobs. */
  followGrid: number;
}

/** Longer than Temporal's timers are late. */
const LONGEST_SHARE_MS = 1_250;

/**
 * Milliseconds that a look may wait for others of its grid step to share a request: they do not come at the same moment, as Temporal fires
 * timers up to a second late (`history.timerProcessorMaxTimeShift`), and workers take a while to get to them all.
 */
export const lookShareMs = ({ followGrid }: Pick<FollowTimes, 'followGrid'>): number =>
  Math.min(LONGEST_SHARE_MS, (followGrid * 1000) / 4);

/**
 * Milliseconds until the next look, after `attempt` looks (1 for none yet).
 * The grid is the same for everybody: looks of different jobs and workers fall together.
 */
export function nextLook(now: number, attempt: number, { followFirst, followMax, followGrid }: FollowTimes): number {
  const wait = Math.min(followFirst * 1.5 ** (attempt - 1), followMax) * 1000;
  const grid = Math.max(1, followGrid * 1000);
  // Up to half a grid step early, never later than the next one.
  const at = Math.round((now + wait) / grid) * grid;
  return at > now ? at - now : at - now + grid;
}
