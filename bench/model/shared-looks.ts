import { CMS } from '../support/cms-figures.ts';
import { Weighted } from '../support/weighted.ts';

/** Jobs in one request. */
const JOBS_PER_REQUEST = 100;

/**
 * Requests a second that so many looks a second take, where those of a user share a request on each step of the grid: a user's looks fall
 * independently of each other, so that a step has one with 1 - exp(-looks per step).
 */
export function sharedLooks(looksPerSecond: number, users: number, grid: number): number {
  const share = Weighted.zipf(users, CMS.userExponent);
  let requests = 0;
  for (let user = 0; user < users; user += 1) {
    const looks = looksPerSecond * share.shareOf(user) * grid;
    requests += Math.max(1 - Math.exp(-looks), looks / JOBS_PER_REQUEST) / grid;
  }
  return requests;
}
