import { utcTime } from '../utc-time.ts';
import type { BreakerCount } from './breaker.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { isInForce, noRules, type OperatorRules, type SiteEnd } from './rules.ts';

/** Jobs in FTS: of a site as one end of their copies, or of a user. */
export interface JobsWanted {
  of: SiteEnd | 'user';
  name: string;
}

/** What a continued run, or whoever asks after a run that has ended, is given. */
export interface OperationsSnapshot {
  rules: OperatorRules;
  journal: JournalEntry[];
  hurried: JobsWanted[];
  counts: [string, BreakerCount][];
}

/** The operators' rules, with the book of who changed them. Pure; the functions in acts.ts change it. */
export class OperationsState {
  rules: OperatorRules;
  readonly journal: Journal;
  /** Whose followers are to look now instead of after their pause, since a rule is about what FTS has already. */
  hurried: JobsWanted[];
  /** What the breakers have seen lately, by subject; the latest last. */
  readonly counts: Map<string, BreakerCount>;

  constructor(snapshot?: OperationsSnapshot) {
    // What did not exist yet when a run ended is as where nobody has set it.
    this.rules = { ...noRules(), ...snapshot?.rules };
    this.journal = new Journal(snapshot?.journal);
    this.hurried = snapshot?.hurried ?? [];
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
    const { rules, journal, hurried, counts } = this;
    return { rules, journal: journal.entries, hurried, counts: [...counts] };
  }

  #ended(what: string, until: number | null): void {
    const at = until ?? 0;
    this.journal.add({ at, by: 'itself', what, reason: `it was to hold until ${utcTime(at)}` });
  }
}
