import { isSiteName } from '../record-rules.ts';
import { ownerOfTask } from '../lfn-areas.ts';
import { isServiceUrl, SERVICE_URL_RULE } from '../service-url.ts';
import type { OperationName } from './requests.ts';
import { isUntil, UNTIL_RULE } from './until.ts';

/** A field of a request. `rule` completes "must be …". */
interface Field {
  rule: string;
  holds: (value: unknown) => boolean;
  optional?: boolean;
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= max && !/\p{Cc}/u.test(value);
const isUserName = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= 100 && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value);
const isOneOf =
  (...names: string[]) =>
  (value: unknown): boolean =>
    names.includes(value as string);
const isNumber = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max;

const whole = (min: number, max: number): Field => ({
  rule: `a whole number from ${min} to ${max}`,
  holds: (value) => Number.isInteger(value) && isNumber(value, min, max),
});
const optional = (field: Field): Field => ({ ...field, optional: true });
const orNull = ({ rule, holds }: Field): Field => ({
  rule: `${rule}; or null`,
  holds: (value) => value === null || holds(value),
});

const FLAG: Field = { rule: 'true or false', holds: (value) => typeof value === 'boolean' };
const SITE: Field = {
  rule: 'a CMS site name such as T2_IT_Pisa',
  holds: (value) => typeof value === 'string' && isSiteName(value),
};
const USER: Field = { rule: 'a CRAB user name', holds: isUserName };
const SIGNED = {
  reason: { rule: 'a text of 1 to 200 characters', holds: (value: unknown) => isText(value, 200) },
  by: { rule: 'a text of 1 to 100 characters', holds: (value: unknown) => isText(value, 100) },
};
const UNTIL = optional({ rule: UNTIL_RULE, holds: (value) => typeof value === 'string' && isUntil(value) });
const DIRECTION = optional({
  rule: 'one of source, destination, both',
  holds: isOneOf('source', 'destination', 'both'),
});
const SERVER: Field = {
  rule: SERVICE_URL_RULE,
  holds: (value) => typeof value === 'string' && value.length <= 300 && isServiceUrl(value),
};
const TARGET = {
  site: optional(SITE),
  end: optional({ rule: 'one of source, destination', holds: isOneOf('source', 'destination') }),
  task: optional({
    rule: 'a CRAB task name',
    holds: (value) => typeof value === 'string' && ownerOfTask(value) !== null,
  }),
};

const FIELDS: Readonly<Record<OperationName, Readonly<Record<string, Field>>>> = {
  closeSite: { ...SIGNED, site: SITE, direction: DIRECTION, until: UNTIL, cancelActive: optional(FLAG) },
  openSite: { ...SIGNED, site: SITE, direction: DIRECTION },
  blockUser: { ...SIGNED, user: USER, until: UNTIL },
  unblockUser: { ...SIGNED, user: USER },
  setPriority: { ...SIGNED, user: USER, priority: orNull(whole(1, 5)) },
  setServer: { ...SIGNED, site: SITE, server: orNull(SERVER) },
  pauseAll: { ...SIGNED, until: UNTIL },
  resumeAll: SIGNED,
  setBreaker: {
    ...SIGNED,
    breaker: { rule: 'one of site, task', holds: isOneOf('site', 'task') },
    on: optional(FLAG),
    dryRun: optional(FLAG),
    share: optional({ rule: 'a number from 0.01 to 1', holds: (value) => isNumber(value, 0.01, 1) }),
    minimum: optional(whole(1, 1_000_000)),
    users: optional(whole(1, 10)),
    window: optional(whole(1, 86_400)),
    hold: optional(whole(1, 86_400)),
  },
  tripBreaker: { ...SIGNED, ...TARGET },
  resetBreaker: { ...SIGNED, ...TARGET },
};

/** What is wrong with a request, field and rule; null for nothing. Anybody may send anything. */
export function requestFault(name: OperationName, request: unknown): string | null {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return 'must be an object';
  const fields = FIELDS[name];
  const values = request as Record<string, unknown>;
  // A mistyped "untill" would close a site for good.
  const stranger = Object.keys(values).find((key) => !Object.hasOwn(fields, key));
  if (stranger !== undefined) return `${JSON.stringify(stranger.slice(0, 50))}: is none of ${Object.keys(fields).join(', ')}`; // prettier-ignore
  for (const [key, field] of Object.entries(fields)) {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined ? !field.optional : !field.holds(value)) return `${key}: must be ${field.rule}`;
  }
  return name === 'tripBreaker' || name === 'resetBreaker' ? targetFault(values) : null;
}

function targetFault({ site, end, task }: Record<string, unknown>): string | null {
  if ((site === undefined) === (task === undefined)) return 'site: must be given, or task, not both';
  return (site === undefined) === (end === undefined) ? null : 'end: must be given with a site, and only then';
}
