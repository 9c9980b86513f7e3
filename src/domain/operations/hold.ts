import { utcTime } from '../utc-time.ts';
import { isInForce, type ClosedSite, type Note, type OperatorRules, type Trip } from './rules.ts';

/** What is about to be sent or published. Absent: rules about it do not count. */
export interface Errand {
  task: string;
  user: string;
  source?: string;
  destination?: string;
}

/** A rule that holds an errand. */
export interface Hold {
  /** For whoever looks at the files. */
  reason: string;
  /** What FTS has already is called back, too. */
  cancelActive: boolean;
  /** A breaker whose hold is over: one batch may go and see. A name that stands for that one turn. */
  probe?: string;
}

/** A batch that was let through to see may never end: after so many milliseconds it is another one's turn. */
const PROBE_MS = 5 * 60_000;

/** The first rule that holds an errand now; null where none does. */
export function holdOf(rules: OperatorRules, errand: Errand, now: number): Hold | null {
  const { paused, users, sites, trips } = rules;
  if (paused && isInForce(paused, now)) return { reason: `everything is paused${why(paused)}`, cancelActive: false };
  const block = users.find((row) => row.user === errand.user && isInForce(row, now));
  if (block) return { reason: `user ${block.user} is blocked${why(block)}`, cancelActive: false };
  const closed = sites.filter((row) => errand[row.end] === row.site && isInForce(row, now));
  const site = closed.find(({ cancelActive }) => cancelActive) ?? closed[0];
  if (site) return { reason: closedText(site), cancelActive: site.cancelActive };
  // Breakers count copies: what has arrived is published.
  if (errand.source === undefined && errand.destination === undefined) return null;
  const held = trips.filter((trip) => trip.armed && isAbout(trip, errand));
  // One that still holds comes before one that lets a batch through.
  const trip = held.find((row) => row.until > now) ?? held[0];
  if (!trip) return null;
  const hold = { reason: trippedText(trip), cancelActive: false };
  if (trip.until > now) return hold;
  const turn = Math.floor((now - trip.until) / PROBE_MS);
  return { ...hold, probe: `${trippedText(trip)} ${turn}` };
}

/**
 * Why what FTS has of an errand is to be called back now; null where it is not. Whatever else holds the errand, too, changes nothing about that,
 * and nobody's turn at a breaker is used up by asking.
 */
export function recallOf({ sites }: OperatorRules, errand: Errand, now: number): string | null {
  const row = sites.find((site) => site.cancelActive && errand[site.end] === site.site && isInForce(site, now));
  return row ? closedText(row) : null;
}

const isAbout = (trip: Trip, { task, source, destination }: Errand): boolean =>
  trip.kind === 'task' ? trip.name === task : trip.name === (trip.end === 'source' ? source : destination);

const closedText = (row: ClosedSite): string => `site ${row.site} is closed (${row.end})${why(row)}`;

function trippedText(trip: Trip): string {
  const what = trip.kind === 'task' ? `task ${trip.name}` : `site ${trip.name} (${trip.end})`;
  return `${what} is held by its breaker${why(trip)}`;
}

/** ` until … by …: …` */
function why({ until, by, reason }: Note & { until: number | null }): string {
  return `${until === null ? '' : ` until ${utcTime(until)}`} by ${by}: ${reason}`;
}
