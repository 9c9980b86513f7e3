import { FAILURE_CLASSES } from '../failure-classes.ts';
import { PRIORITIES } from './priority.ts';
import { jobReportFault } from '../report-shape.ts';

/** Job outputs in one message: more would be one workflow task for too long. */
export const MAX_JOBS = 1000;

/** CRAB retries a job a few times; anything beyond is no retry count. */
export const MAX_RETRY = 10_000;

/** What is wrong with an `addFiles` message; null for nothing. Anybody may send anything. */
export function checkAddFiles(message: unknown): string | null {
  const jobs = field(message, 'jobs');
  if (!Array.isArray(jobs)) return 'jobs: must be a list of job reports';
  if (jobs.length > MAX_JOBS) return `jobs: must be at most ${MAX_JOBS}`;
  for (const [i, job] of jobs.entries()) {
    const fault = jobReportFault(job);
    if (fault !== null) return `jobs[${i}].${fault}: is missing or of the wrong type`;
    if ((job as { retry: number }).retry > MAX_RETRY) return `jobs[${i}].retry: must be at most ${MAX_RETRY}`;
  }
  return null;
}

const SELECTIONS = ['files', 'jobs', 'classes', 'sources', 'destinations'];

/**
 * What is wrong with a selection of files; null for nothing. An empty one, or none, means all.
 * @param others further fields of the message
 */
function checkSelection(message: unknown, others: readonly string[]): string | null {
  if (message === undefined || message === null) return null;
  if (!isObject(message)) return 'must be an object';
  // Passed over, a mistyped "job" in place of "jobs" would cancel all files.
  const names = [...SELECTIONS, ...others];
  const stranger = Object.keys(message).find((name) => !names.includes(name));
  if (stranger !== undefined) return `${JSON.stringify(stranger.slice(0, 50))}: is none of ${names.join(', ')}`;
  for (const name of SELECTIONS) {
    const list = field(message, name);
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === 'string')))
      return `${name}: must be a list of texts`;
  }
  const classes = (field(message, 'classes') ?? []) as string[];
  const unknown = classes.find((name) => !(FAILURE_CLASSES as readonly string[]).includes(name));
  return unknown === undefined
    ? null
    : `classes: ${JSON.stringify(unknown.slice(0, 50))} is none of ${FAILURE_CLASSES.join(', ')}`;
}

/** What is wrong with a `publish` message; null for nothing. */
export function checkPublish(message: unknown): string | null {
  const now = field(message, 'now');
  if (now !== undefined && typeof now !== 'boolean') return 'now: must be true or false';
  return checkSelection(message, ['now']);
}

/** What is wrong with a `retry` message; null for nothing. */
export function checkRetry(message: unknown): string | null {
  const what = field(message, 'what');
  if (what !== undefined && what !== 'transfer' && what !== 'publication')
    return 'what: must be "transfer" or "publication"';
  return checkSelection(message, ['what']);
}

/** What is wrong with a `cancel` message; null for nothing. */
export function checkCancel(message: unknown): string | null {
  if (!isObject(message)) return 'must be an object';
  for (const name of ['reason', 'by'])
    if (typeof field(message, name) !== 'string' || field(message, name) === '') return `${name}: must be a text`;
  return checkSelection(message, ['reason', 'by']);
}

/** What is wrong with a `priority` message; null for nothing. */
export function checkPriority(message: unknown): string | null {
  const priority = field(message, 'priority');
  const { lowest, highest } = PRIORITIES;
  const isOne = Number.isInteger(priority) && Number(priority) >= lowest && Number(priority) <= highest;
  return isOne ? null : `priority: must be a whole number from ${lowest} to ${highest}`;
}

/** A list is none: `["12"]` sent in place of `{"jobs": ["12"]}` would mean all files. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const field = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
