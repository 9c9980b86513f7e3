import { utcTime } from '../utc-time.ts';
import type { BreakerCount } from './breaker.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { isInForce, noRules, type OperatorRules, type SiteEnd } from './rules.ts';

/** Something outside of the rules that a request brings about, done when it was answered. */
export type Chore =
  /** Followers of what FTS has of a closed site look at the rules now instead of after their pause. */
  | { kind: 'recall'; site: string; end: SiteEnd }
  /** Jobs of a user that are in FTS get another priority there; null: that of the configuration. */
  | { kind: 'priority'; user: string; priority: number | null };

/** What a continued run, or whoever asks after a run that has ended, is given. */
export interface OperationsSnapshot {
  rules: OperatorRules;
  journal: JournalEntry[];
  chores: Chore[];
  counts: [string, BreakerCount][];
}

/** The operators' rules, with the book of who changed them. Pure; the functions in acts.ts change it. */
export class OperationsState {
  rules: OperatorRules;
  readonly journal: Journal;
  chores: Chore[];
  /** What the breakers have seen lately, by subject; the latest last. */
  readonly counts: Map<string, BreakerCount>;

  constructor(snapshot?: OperationsSnapshot) {
    // What did not exist yet when a run ended is as where nobody has set it.
    this.rules = { ...noRules(), ...snapshot?.rules };
    this.journal = new Journal(snapshot?.journal);
    this.chores = snapshot?.chores ?? [];
    this.counts = new Map(snapshot?.counts);
  }

  /** When the next rule ends by itself, epoch milliseconds; null where none does. */
  get nextEnd(): number | null {
    const { paused, sites, users } = this.rules;
    const ends = [...(paused ? [paused] : []), ...sites, ...users].flatMap(({ until }) => until ?? []);
    return ends.length > 0 ? Math.min(...ends) : null;
  }

  /** Takes out what has ended by itself. */
  expire(now: number): void {
    const { rules } = this;
    const { paused } = rules;
    if (paused && !isInForce(paused, now)) {
      rules.paused = null;
      this.#ended('resumed everything', paused.until);
    }
    for (const row of rules.sites.filter((site) => !isInForce(site, now)))
      this.#ended(`opened ${row.site} as ${row.end}`, row.until);
    rules.sites = rules.sites.filter((site) => isInForce(site, now));
    for (const row of rules.users.filter((user) => !isInForce(user, now)))
      this.#ended(`unblocked ${row.user}`, row.until);
    rules.users = rules.users.filter((user) => isInForce(user, now));
  }

  snapshot(): OperationsSnapshot {
    const { rules, journal, chores, counts } = this;
    return { rules, journal: journal.entries, chores, counts: [...counts] };
  }

  #ended(what: string, until: number | null): void {
    const at = until ?? 0;
    this.journal.add({ at, by: 'itself', what, reason: `it was to hold until ${utcTime(at)}` });
  }
}
