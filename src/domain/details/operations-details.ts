import type { BreakerSubject, Note, OperatorRules } from '../operations/rules.ts';
import { utcTime } from '../utc-time.ts';
import { code, table } from './markdown.ts';

/** The operators' rules for people, in Markdown: what is closed, blocked, set and tripped, by whom and why. */
export function operationsDetails(rules: OperatorRules | null): string {
  if (rules === null) return 'The earlier books are being read.';
  const { paused, sites, users, priorities, servers, trips } = rules;
  const held = table(
    ['held', 'until', 'by', 'since', 'why'],
    [
      ...(paused ? [['**everything**', until(paused), ...said(paused)]] : []),
      ...sites.map((rule) => [`${code(rule.site)} as ${rule.end}`, until(rule), ...said(rule)]),
      ...users.map((rule) => [`user ${code(rule.user)}`, until(rule), ...said(rule)]),
      ...trips.filter(({ armed }) => armed).map((trip) => [`${subject(trip)} (breaker)`, until(trip), ...said(trip)]),
    ],
  );
  return [
    held.length > 0 ? 'Nothing is sent of what is held here; files wait as HELD.' : '**Nothing is held.**',
    ...held,
    ...table(
      ['set', 'to', 'by', 'since', 'why'],
      [
        ...priorities.map((rule) => [`priority of ${code(rule.user)}`, rule.priority, ...said(rule)]),
        ...servers.map((rule) => [`FTS server of ${code(rule.site)}`, code(rule.server), ...said(rule)]),
      ],
    ),
    ...table(
      ['a breaker would hold', 'by', 'since', 'why'],
      trips.filter(({ armed }) => !armed).map((trip) => [subject(trip), ...said(trip)]),
    ),
  ].join('\n');
}

const until = (rule: { until: number | null }): string =>
  rule.until === null ? 'somebody ends it' : utcTime(rule.until);
const said = ({ by, at, reason }: Note): string[] => [code(by), utcTime(at), code(reason, 200)];
const subject = (of: BreakerSubject): string =>
  of.kind === 'site' ? `${code(of.name)} as ${of.end}` : `task ${code(of.name, 240)}`;
