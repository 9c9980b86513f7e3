/** Why something was done, by whom and when. */
export interface Note {
  reason: string;
  by: string;
  /** Epoch milliseconds. */
  at: number;
}

/** What a site is to a copy. */
export const SITE_ENDS = ['source', 'destination'] as const;
export type SiteEnd = (typeof SITE_ENDS)[number];

/** Nothing is sent from, or to, a site. */
export interface ClosedSite extends Note {
  site: string;
  end: SiteEnd;
  /** Epoch milliseconds; null: until somebody opens it. */
  until: number | null;
  /** What FTS has of it is called back, too. */
  cancelActive: boolean;
}

/** Nothing of a user is sent or published. */
export interface BlockedUser extends Note {
  user: string;
  until: number | null;
}

/** Nothing is sent or published at all. */
export interface Pause extends Note {
  until: number | null;
}

/** FTS's priority of a user's copies. */
export interface UserPriority extends Note {
  user: string;
  /** 1 to 5. */
  priority: number;
}

/** The FTS server that copies to a site go to. */
export interface SiteServer extends Note {
  site: string;
  server: string;
}

/** What a breaker watches: a site as one end of copies, or a task. */
export type BreakerSubject = { kind: 'site'; name: string; end: SiteEnd } | { kind: 'task'; name: string };

/** A breaker that saw too many failures. */
export type Trip = BreakerSubject &
  Note & {
    /** It holds what it watches; else it only tells. */
    armed: boolean;
    /** Until then it holds, epoch milliseconds; afterwards one batch is let through at a time to see how it fares. */
    until: number;
    /** Trips in a row, without a success between them: each holds twice as long as the one before. */
    inRow: number;
  };

/** When a breaker trips, and what then happens. */
export interface BreakerSettings {
  on: boolean;
  /** It only tells: nothing is held. */
  dryRun: boolean;
  /** Share of failures that is too much, above 0, at most 1. */
  share: number;
  /** Fewer failures than this are never too many. */
  minimum: number;
  /** They must be of so many users: one whose quota is used up closes no site. */
  users: number;
  /** Failures of so many seconds count. */
  window: number;
  /** Seconds that it holds the first time. */
  hold: number;
}

export interface OperatorRules {
  paused: Pause | null;
  sites: ClosedSite[];
  users: BlockedUser[];
  priorities: UserPriority[];
  servers: SiteServer[];
  trips: Trip[];
  breakers: { site: BreakerSettings; task: BreakerSettings };
}

/** Rows of each kind, so that the rules fit into one payload. */
export const MAX_ROWS = 300;

/** Both breakers only tell until an operator has seen what they would have done. */
const DEFAULT_BREAKERS: Readonly<OperatorRules['breakers']> = {
  site: { on: true, dryRun: true, share: 0.8, minimum: 50, users: 2, window: 600, hold: 900 },
  task: { on: true, dryRun: true, share: 0.9, minimum: 50, users: 1, window: 1800, hold: 1800 },
};

/** The rules where nobody has set any. */
export const noRules = (): OperatorRules => ({
  ...{ paused: null, sites: [], users: [], priorities: [], servers: [], trips: [] },
  breakers: { site: { ...DEFAULT_BREAKERS.site }, task: { ...DEFAULT_BREAKERS.task } },
});

/** FTS's priority of a user's copies; null where no operator has set one. */
export const priorityOf = ({ priorities }: OperatorRules, user: string): number | null =>
  priorities.find((row) => row.user === user)?.priority ?? null;

/** A rule without an end, or whose end has not come. */
export const isInForce = ({ until }: { until: number | null }, now: number): boolean => until === null || until > now;
