import type { JournalEntry, OperatorRules } from '../../contract/operations.ts';
import { utcTime } from '../../domain/utc-time.ts';
import { tableText } from '../table.ts';
import { printable } from '../terminal.ts';

interface Noted {
  reason: string;
  by: string;
  at: number;
}

const WHY = ['by', 'since', 'reason'];
const why = ({ by, at, reason }: Noted): string[] => [printable(by), utcTime(at), printable(reason)];
const untilText = ({ until }: { until: number | null }): string => (until === null ? '' : utcTime(until));

/** A table, or a line that says that there is nothing in it. */
const orNone = (head: string[], rows: (string | number)[][], none: string): string =>
  rows.length > 0 ? tableText(head, rows) : none;

/** Closed sites, sites with a chosen FTS server, and those that breakers hold, for people. */
export function sitesText({ sites, servers, trips, paused }: OperatorRules): string {
  const closed = sites.map((row) => [row.site, row.end, untilText(row), row.cancelActive ? 'called back' : 'goes on', ...why(row)]); // prettier-ignore
  const chosen = servers.map((row) => [row.site, row.server, ...why(row)]);
  return [
    ...(paused ? [`everything is paused ${untilText(paused)} by ${printable(paused.by)}: ${printable(paused.reason)}`] : []), // prettier-ignore
    orNone(['closed', 'as', 'until', 'what is in FTS', ...WHY], closed, 'no site is closed'),
    ...(chosen.length > 0 ? [tableText(['site', 'FTS server', ...WHY], chosen)] : []),
    ...(trips.some(({ kind }) => kind === 'site') ? [tripsText(trips.filter(({ kind }) => kind === 'site'))] : []),
  ].join('\n');
}

/** Blocked users and priorities, for people. */
export function usersText({ users, priorities }: OperatorRules): string {
  const blocked = users.map((row) => [row.user, untilText(row), ...why(row)]);
  const given = priorities.map((row) => [row.user, row.priority, ...why(row)]);
  return [
    orNone(['blocked', 'until', ...WHY], blocked, 'no user is blocked'),
    ...(given.length > 0 ? [tableText(['user', 'priority', ...WHY], given)] : []),
  ].join('\n');
}

/** What the breakers are set to and what they hold, for people. */
export function breakersText({ breakers, trips }: OperatorRules): string {
  const rows = Object.entries(breakers).map(([kind, s]) => [
    kind,
    !s.on ? 'off' : s.dryRun ? 'only tells (dry run)' : 'holds',
    `${Math.round(s.share * 100)} % and ${s.minimum} copies of ${s.users} users within ${s.window} s`,
    `${s.hold} s`,
  ]);
  return [
    tableText(['breaker', 'is', 'trips when so much fails', 'holds for'], rows),
    trips.length > 0 ? tripsText(trips) : 'no breaker has tripped',
  ].join('\n');
}

const tripsText = (trips: OperatorRules['trips']): string =>
  tableText(
    ['tripped', 'holds', 'until', ...WHY],
    trips.map((row) => [row.kind === 'site' ? `${row.name} (${row.end})` : row.name, row.armed ? 'yes' : 'no: dry run', utcTime(row.until), ...why(row)]), // prettier-ignore
  );

/** Who did what, a line each. */
export const journalText = (entries: readonly JournalEntry[]): string =>
  entries.length === 0
    ? 'nobody has changed anything'
    : entries.map(({ at, by, what, reason }) => `${utcTime(at)}  ${printable(by)}  ${printable(what)}: ${printable(reason)}`).join('\n'); // prettier-ignore
