import { FAILURE_TYPES, type FailureType } from '../../contract/failure-types.ts';
import type { TaskStatus } from '../../contract/messages.ts';
import type { OperatorRules } from '../../contract/operations.ts';
import type { DatasetPublication } from '../publications.ts';
import type { TaskWait } from '../task-waits.ts';
import type { Cause, Finding } from './finding.ts';
import { heldUpBy, moving, publishing } from './held-up.ts';
import { ruleBehind } from './rule-behind.ts';

/** What is known of a task when it is looked into. */
export interface Evidence {
  status: TaskStatus;
  waits: readonly TaskWait[];
  publications: readonly DatasetPublication[];
  rules: OperatorRules;
}

/** After how long without a change something is worth a word, milliseconds. */
export interface Patience {
  /** Where something is known to be wrong, or FTS has to confirm a cancel. */
  graceMs: number;
  /** Where nothing is known. */
  quietMs: number;
}

/** What does not move of a task, why, and what to do. Nothing where all is well. */
export function diagnose(evidence: Evidence, now: number, patience: Patience): Finding[] {
  const found = [...failing(evidence), ...held(evidence, now), ...killing(evidence, now, patience)];
  found.push(...paused(evidence), ...lackingMetadata(evidence), ...incomplete(evidence, now, patience));
  found.push(...unclosed(evidence, now, patience));
  const known = found.some(({ cause }) => cause !== 'job-incomplete' && cause !== 'metadata-missing');
  return known ? found : [...found, ...quiet(evidence, now, patience)];
}

const CAUSES: Readonly<Partial<Record<FailureType, Cause>>> = {
  [FAILURE_TYPES.credential]: 'credential',
  [FAILURE_TYPES.ftsUnavailable]: 'fts',
  [FAILURE_TYPES.siteMisconfigured]: 'site-config',
  [FAILURE_TYPES.storageUnavailable]: 'storage',
  [FAILURE_TYPES.catalogUnavailable]: 'catalog',
  [FAILURE_TYPES.catalogRefused]: 'catalog',
  [FAILURE_TYPES.crabUnavailable]: 'crab',
  [FAILURE_TYPES.crabRefused]: 'crab',
};

const ACTIONS: Readonly<Partial<Record<Cause, (subject: string) => string>>> = {
  credential: (user) => `aso credentials, and have ${user} renew the proxy or token; all goes on by itself`,
  fts: (server) => `see to ${server}, or send elsewhere: aso site server SITE URL --reason "…"; all goes on by itself`,
  'site-config': () => 'tell the site to mend its storage.json; all goes on by itself',
  storage: (door) => `tell the site whose door ${door} is; all goes on by itself`,
  catalog: (server) => `see to ${server}; all goes on by itself`,
  crab: (server) => `see to ${server}; all goes on by itself`,
};

/** Calls to the outside that fail, one finding for each cause and server. */
function failing({ status, waits }: Evidence): Finding[] {
  const found = new Map<string, Finding>();
  for (const { type, reason, since } of waits) {
    const cause = CAUSES[type];
    if (!cause) continue;
    const subject = cause === 'credential' ? status.user : (hostIn(reason) ?? type);
    const action = ACTIONS[cause]?.(subject) ?? '';
    const known = found.get(`${cause} ${subject}`);
    if (known && since) known.since = Math.min(known.since ?? Infinity, since.getTime());
    if (known) continue;
    const files = heldUpBy(type, status);
    found.set(`${cause} ${subject}`, finding(status, { cause, subject, why: reason, since: since?.getTime() ?? null, files, action })); // prettier-ignore
  }
  return [...found.values()];
}

const hostIn = (text: string): string | null => /https?:\/\/[^\s/:]+(?::\d+)?/.exec(text)?.[0] ?? null;

/** HELD files by what holds them. */
function held({ status, rules }: Evidence, now: number): Finding[] {
  const { task, user } = status;
  return status.held.map(({ source, destination, reason, files }) => {
    const rule = ruleBehind(rules, { task, user, source, destination }, now);
    if (rule) return finding(status, { ...rule, why: reason, files });
    const subject = `${source} → ${destination}`;
    const action = ACTIONS['site-config']?.(subject) ?? '';
    return finding(status, { cause: 'site-config', subject, why: reason, since: null, files, action });
  });
}

function killing({ status, waits }: Evidence, now: number, { graceMs }: Patience): Finding[] {
  const files = status.transfer.KILL ?? 0;
  if (files === 0 || now - status.lastChangeAt < graceMs) return [];
  const wait = waits.find(({ type }) => type === FAILURE_TYPES.ftsUnavailable || type === FAILURE_TYPES.credential);
  const subject = wait ? (hostIn(wait.reason) ?? wait.type) : '';
  const why = wait?.reason ?? 'FTS has not said yet that the copies have ended';
  const action = wait
    ? 'it is asked again until it answers: mend that'
    : `look at the jobs in FTS: aso files ${status.task} --state KILL`;
  return [finding(status, { cause: 'kill-unanswered', subject, why, since: status.lastChangeAt, files, action })];
}

function paused({ status }: Evidence): Finding[] {
  const { NEW = 0, RETRY = 0, HELD = 0 } = status.transfer;
  const files = NEW + RETRY + HELD;
  if (!status.paused || files === 0) return [];
  const { task: subject, lastChangeAt: since } = status;
  const why = 'somebody has paused it: what is not in FTS waits';
  return [finding(status, { cause: 'task-paused', subject, why, since, files, action: `aso resume ${subject}` })];
}

function lackingMetadata({ status, publications }: Evidence): Finding[] {
  return publications.flatMap(({ dataset: subject, withoutMetadata: { files, lfns } }) => {
    if (files === 0) return [];
    const why = `CRAB's filemetadata has nothing of ${lfns.join(', ')}${files > lfns.length ? '…' : ''}`;
    const action = `tell CRAB's operators; set aside after policy.metadataTimeout, and then: aso retry ${status.task} --what publication`;
    return [finding(status, { cause: 'metadata-missing', subject, why, since: null, files, action })];
  });
}

function incomplete({ status }: Evidence, now: number, { quietMs }: Patience): Finding[] {
  const { task: subject, heldBack, unreported, lastChangeAt: since } = status;
  const found: Finding[] = [];
  const jobs = (of: typeof heldBack): string => of.examples.map(({ jobId }) => jobId).join(', ') + (of.jobs > of.examples.length ? '…' : ''); // prettier-ignore
  if (heldBack.files > 0) {
    const why = `other files of jobs ${jobs(heldBack)} have failed, or never came`;
    const action = `aso retry ${subject}; or crab resubmit the jobs`;
    found.push(finding(status, { cause: 'job-incomplete', subject, why, since, files: heldBack.files, action }));
  }
  if (unreported.files > 0 && now - since >= quietMs) {
    const why = `files of jobs ${jobs(unreported)} were announced and never reported`;
    const action = `report them, or aso close ${subject}`;
    found.push(finding(status, { cause: 'job-incomplete', subject, why, since, files: unreported.files, action }));
  }
  return found;
}

function unclosed({ status }: Evidence, now: number, { quietMs }: Patience): Finding[] {
  const { task: subject, closed, files, lastChangeAt: since, transfer } = status;
  const isOver =
    files > 0 && moving(status) + publishing(status) + (transfer.HELD ?? 0) + (status.publication.NEW ?? 0) === 0;
  if (closed || !isOver || now - since < quietMs) return [];
  const why = 'all its files are final; it waits for further jobs, up to policy.taskLifetime';
  return [finding(status, { cause: 'not-closed', subject, why, since, files: 0, action: `aso close ${subject}` })];
}

/** Where nothing is known to be wrong: links on which nothing has happened for long. */
function quiet({ status }: Evidence, now: number, { quietMs }: Patience): Finding[] {
  return status.links.flatMap(({ source, destination, transfer, lastChangeAt: since }) => {
    const { NEW = 0, SUBMITTED = 0, RETRY = 0 } = transfer;
    const files = NEW + SUBMITTED + RETRY;
    if (files === 0 || now - since < quietMs) return [];
    const why = `${SUBMITTED} in FTS, ${RETRY} between two attempts, ${NEW} before the first`;
    const action = `aso status ${status.task}; and the link in FTS's monitor`;
    return [finding(status, { cause: 'quiet', subject: `${source} → ${destination}`, why, since, files, action })];
  });
}

const finding = ({ task, user }: TaskStatus, rest: Omit<Finding, 'task' | 'user'>): Finding => ({
  ...rest,
  task,
  user,
});
