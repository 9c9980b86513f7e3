import { withoutSlash } from '../service-url.ts';
import { utcTime } from '../utc-time.ts';
import type { OperationAnswer, OperationName, OperationRequests } from './requests.ts';
import { BREAKER_ACTS } from './breaker-acts.ts';
import type { OperationsState } from './operations-state.ts';
import { MAX_ROWS, SITE_ENDS, type Note, type SiteEnd } from './rules.ts';
import { endOf } from './until.ts';

/** A request that cannot be done, in words; nothing has changed. */
export class RequestFault extends Error {
  override name = 'RequestFault';
}

/** Carries out a request that has no fault, and enters it in the journal. @throws RequestFault */
export function carryOut<Name extends OperationName>(
  state: OperationsState,
  name: Name,
  request: OperationRequests[Name],
  now: number,
): OperationAnswer {
  const { reason, by } = request;
  const act = ACTS[name] as (state: OperationsState, request: OperationRequests[Name], note: Note) => OperationAnswer;
  const answer = act(state, request, { reason, by, at: now });
  for (const what of answer.did) state.journal.add({ at: now, by, what, reason });
  return answer;
}

type Acts = {
  [Name in OperationName]: (state: OperationsState, request: OperationRequests[Name], note: Note) => OperationAnswer;
};

const did = (what: string): OperationAnswer => ({ did: [what], ignored: [] });
const ignored = (what: string): OperationAnswer => ({ did: [], ignored: [what] });

const ACTS: Acts = {
  closeSite({ rules, hurried }, { site, direction, until: text, cancelActive = false }, note) {
    const until = endFrom(text, note.at);
    let { sites } = rules;
    for (const end of endsOf(direction))
      sites = put(sites, { site, end, until, cancelActive, ...note }, (row) => row.site === site && row.end === end);
    rules.sites = sites;
    if (cancelActive) hurried.push(...endsOf(direction).map((of) => ({ of, name: site })));
    const recalls = cancelActive ? ', what is in FTS is called back' : '';
    return {
      did: endsOf(direction).map((end) => `closed ${site} as ${end}${untilText(until)}${recalls}`),
      ignored: [],
    };
  },

  openSite({ rules }, { site, direction }) {
    const answer: OperationAnswer = { did: [], ignored: [] };
    for (const end of endsOf(direction)) {
      const others = rules.sites.filter((row) => row.site !== site || row.end !== end);
      if (others.length === rules.sites.length) answer.ignored.push(`${site} is open as ${end}`);
      else answer.did.push(`opened ${site} as ${end}`);
      rules.sites = others;
    }
    return answer;
  },

  blockUser({ rules }, { user, until: text }, note) {
    const until = endFrom(text, note.at);
    rules.users = put(rules.users, { user, until, ...note }, (row) => row.user === user);
    return did(`blocked ${user}${untilText(until)}`);
  },

  unblockUser({ rules }, { user }) {
    const others = rules.users.filter((row) => row.user !== user);
    if (others.length === rules.users.length) return ignored(`${user} is not blocked`);
    rules.users = others;
    return did(`unblocked ${user}`);
  },

  setPriority({ rules, hurried }, { user, priority }, note) {
    const others = rules.priorities.filter((row) => row.user !== user);
    if (priority === null && others.length === rules.priorities.length)
      return ignored(`${user} has the configured priority`);
    rules.priorities =
      priority === null ? others : put(rules.priorities, { user, priority, ...note }, (row) => row.user === user);
    hurried.push({ of: 'user', name: user });
    return did(priority === null ? `gave ${user} the configured priority` : `gave ${user} priority ${priority}`);
  },

  setServer({ rules }, { site, server: url }, note) {
    const others = rules.servers.filter((row) => row.site !== site);
    if (url === null && others.length === rules.servers.length) return ignored(`no server was chosen for ${site}`);
    const server = url === null ? null : withoutSlash(url);
    rules.servers = server === null ? others : put(rules.servers, { site, server, ...note }, (row) => row.site === site); // prettier-ignore
    return did(server === null ? `${site} has no chosen FTS server any more` : `copies to ${site} go to ${server}`);
  },

  pauseAll({ rules }, { until: text }, note) {
    const until = endFrom(text, note.at);
    rules.paused = { until, ...note };
    return did(`paused everything${untilText(until)}`);
  },

  resumeAll({ rules }) {
    if (!rules.paused) return ignored('nothing is paused');
    rules.paused = null;
    return did('resumed everything');
  },

  ...BREAKER_ACTS,
};

/** The end that a request names. @throws RequestFault */
function endFrom(text: string | undefined, now: number): number | null {
  const end = text === undefined ? null : endOf(text, now);
  if (typeof end === 'string') throw new RequestFault(`until: ${end}`);
  return end;
}

/** A row in place of those it replaces. @throws RequestFault where there is no room */
function put<Row>(rows: Row[], row: Row, isReplaced: (row: Row) => boolean): Row[] {
  const others = rows.filter((other) => !isReplaced(other));
  if (others.length >= MAX_ROWS)
    throw new RequestFault(`there are ${MAX_ROWS} such rules already: take one back first`);
  return [...others, row];
}

const endsOf = (direction: SiteEnd | 'both' = 'both'): readonly SiteEnd[] =>
  direction === 'both' ? SITE_ENDS : [direction];

const untilText = (until: number | null): string => (until === null ? '' : ` until ${utcTime(until)}`);
