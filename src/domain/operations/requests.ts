import type { BreakerSettings, SiteEnd } from './rules.ts';

/** Every request of an operator says why, and who asks. */
interface Signed {
  reason: string;
  by: string;
}

interface AboutSite extends Signed {
  site: string;
  /** As which end of copies. @default both */
  direction?: SiteEnd | 'both';
}

interface Lasting {
  /** A span such as `2h`, or a time such as `2026-11-24T18:00Z`; absent: until somebody takes it back. */
  until?: string;
}

/** A site as one end of copies, or a task. */
export interface BreakerTarget {
  site?: string;
  /** With a site: as which end. */
  end?: SiteEnd;
  task?: string;
}

/** What operators may ask for: each an update of this name, of plain JSON. */
export interface OperationRequests {
  closeSite: AboutSite & Lasting & { cancelActive?: boolean };
  openSite: AboutSite;
  blockUser: Signed & Lasting & { user: string };
  unblockUser: Signed & { user: string };
  /** `priority`: 1 to 5; null: as configured. */
  setPriority: Signed & { user: string; priority: number | null };
  /** `server`: its base URL; null: the one that the site's storage.json or the configuration names. */
  setServer: Signed & { site: string; server: string | null };
  pauseAll: Signed & Lasting;
  resumeAll: Signed;
  /** What is left out stays. */
  setBreaker: Signed & Partial<BreakerSettings> & { breaker: 'site' | 'task' };
  /** Holds a site or task at once, as if its breaker had seen too many failures. */
  tripBreaker: Signed & BreakerTarget;
  /** Lets go of what a breaker holds, and forgets the failures it has seen. */
  resetBreaker: Signed & BreakerTarget;
}
export type OperationName = keyof OperationRequests;

/** What a request did, and what there was nothing to do about, in words. */
export interface OperationAnswer {
  did: string[];
  ignored: string[];
}
