import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import { FtsRefusal, internalError, json, statusLine, type JobRefusal } from './answers.ts';
import { cancelFiles, cancelJob } from './cancellation.ts';
import type { Caller } from './identity.ts';
import { ACTIVE_JOB_STATES, type JobRow } from './rows.ts';
import type { FtsService } from './service.ts';
import { readDictionary } from './submit.ts';
import { isDictionary, toInt } from './submission-values.ts';
import { fileFields, fileView, jobView } from './views.ts';

/** @throws FtsRefusal 404, 403 for another VO's job, 500 for anonymous callers */
export function findJob(service: FtsService, jobId: string, caller: Caller | null): JobRow {
  // FTS looks up the caller's first VO before anything else, and an anonymous one has none.
  if (!caller) throw internalError();
  const job = service.store.jobs.get(jobId);
  if (!job) throw new FtsRefusal(404, `No job with the id "${jobId}" has been found`);
  if (job.vo !== caller.vo && job.userDn !== caller.dn && !caller.root) {
    throw new FtsRefusal(403, `Not enough permissions to check the job "${jobId}"`);
  }
  return job;
}

type Entry = Record<string, unknown> | JobRefusal;

/** Runs `act` on each job of a comma list; a refusal takes the job's place. @throws FtsRefusal 500 */
function forEachJob(
  service: FtsService,
  list: string,
  caller: Caller | null,
  act: (job: JobRow) => Entry | null,
): Entry[] {
  const entries = list
    .split(',')
    .filter(Boolean)
    .map((jobId) => {
      try {
        return act(findJob(service, jobId, caller));
      } catch (error) {
        if (!(error instanceof FtsRefusal) || error.status === 500) throw error;
        return { job_id: jobId, http_status: statusLine(error.status), http_message: error.message };
      }
    });
  return entries.filter((entry) => entry !== null);
}

const isRefusal = (entry: Entry): boolean => /^[45]/.test(String(entry['http_status' as keyof Entry]));

/** One id is answered with one object, a list (even `ID,`) with a list, and with 207 where any entry failed. */
function multiStatus(list: string, entries: readonly Entry[]): SimulatedAnswer {
  if (list.includes(',')) return json(entries, entries.some(isRefusal) ? 207 : 200);
  const [entry] = entries;
  if (!entry) throw internalError();
  return json(entry, isRefusal(entry) ? parseInt(String(entry.http_status), 10) : 200);
}

/** GET /jobs/<ids>[?files=...]. A job named twice shows its files once only. */
export function getJobs(
  service: FtsService,
  list: string,
  query: URLSearchParams,
  caller: Caller | null,
): SimulatedAnswer {
  service.looks.requests += 1;
  service.looks.jobs += list.split(',').filter(Boolean).length;
  const fields = query.get('files')?.split(',');
  const shown = new Set<JobRow>();
  const entries = forEachJob(service, list, caller, (job) => {
    const files = fields && { files: shown.has(job) ? [] : job.files.map((file) => fileFields(file, fields)) };
    shown.add(job);
    return { ...jobView(job), ...files, http_status: '200 Ok' };
  });
  return multiStatus(list, entries);
}

const TERMINAL = { http_status: '304 Not Modified', http_message: 'The job is in a terminal state' };
const CHANGED = { http_status: '200 Ok', http_message: null };

/** DELETE /jobs/<ids>. Jobs that are terminal or unknown come first in the answer, then those that were cancelled. */
export function deleteJobs(service: FtsService, list: string, caller: Caller | null): SimulatedAnswer {
  const now = Date.now();
  service.deletions.push({ at: now, jobIds: list.split(',').filter(Boolean), fileIds: null });
  const cancellable: JobRow[] = [];
  const entries = forEachJob(service, list, caller, (job) => {
    if (!ACTIVE_JOB_STATES.has(job.state)) return { ...TERMINAL, ...jobView(job) };
    cancellable.push(job);
    return null;
  });
  for (const job of cancellable) {
    cancelJob(job, service.scheduler, now);
    entries.push({ ...jobView(job), ...CHANGED });
  }
  return multiStatus(list, entries);
}

/** DELETE /jobs/<id>/files/<fids>: one state, or a list of them. @throws FtsRefusal 400, 403, 404, 500 */
export function deleteFiles(
  service: FtsService,
  jobId: string,
  fileList: string,
  caller: Caller | null,
): SimulatedAnswer {
  const now = Date.now();
  const fileIds = fileList.split(',').map(Number);
  service.deletions.push({ at: now, jobIds: [jobId], fileIds });
  const job = findJob(service, jobId, caller);
  const files = fileIds.map((fileId) => service.store.file(fileId));
  const states = cancelFiles(job, files, service.scheduler, now);
  return json(states.length > 1 ? states : states[0]);
}

/** POST /jobs/<ids> with a new priority, which is not clamped here. @throws FtsRefusal 400, 500 */
export async function modifyJobs(
  service: FtsService,
  list: string,
  request: SimulatedRequest,
  caller: Caller | null,
): Promise<SimulatedAnswer> {
  const { params } = await readDictionary(request);
  const asked = isDictionary(params) ? params['priority'] : undefined;
  const modifiable: JobRow[] = [];
  const entries = forEachJob(service, list, caller, (job) => {
    if (!ACTIVE_JOB_STATES.has(job.state)) return { ...TERMINAL, ...jobView(job) };
    modifiable.push(job);
    return null;
  });
  const priority = asked === undefined ? 0 : priorityOf(asked);
  for (const job of modifiable) {
    if (priority) {
      job.priority = priority;
      job.isKept = false;
      for (const file of job.files) file.priority = priority;
      service.scheduler.requeue(job);
    }
    entries.push({ ...jobView(job), files: job.files.map(fileView), ...CHANGED });
  }
  return multiStatus(list, entries);
}

function priorityOf(value: unknown): number {
  try {
    return toInt(value);
  } catch {
    throw new FtsRefusal(400, 'Invalid priority value');
  }
}

/** DELETE /jobs/all and /jobs/vo/<vo>, of root only. @throws FtsRefusal 403 */
export function deleteAll(service: FtsService, vo: string | null, caller: Caller | null): SimulatedAnswer {
  if (!caller) throw internalError();
  if (!caller.root) throw new FtsRefusal(403, 'User does not have root privileges');
  const now = Date.now();
  const jobs = [...service.store.jobs.values()].filter(
    (job) => ACTIVE_JOB_STATES.has(job.state) && (vo === null || job.vo === vo),
  );
  service.deletions.push({ at: now, jobIds: jobs.map(({ jobId }) => jobId), fileIds: null });
  const files = jobs.reduce((sum, job) => sum + job.openFiles, 0);
  for (const job of jobs) cancelJob(job, service.scheduler, now);
  return json({ affected_files: files, affected_dm: 0, affected_jobs: jobs.length });
}
