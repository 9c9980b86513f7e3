import type { SimulatedAnswer } from '../http-server.ts';
import { FtsRefusal, internalError, json } from './answers.ts';
import { authorised, type Caller } from './identity.ts';
import type { JobRow } from './rows.ts';
import type { FtsService } from './service.ts';
import { fileView, jobView, pick } from './views.ts';

const HOUR_MS = 3_600_000;

/**
 * GET /jobs: the caller's VO's jobs that match the filters. Without `limit` or `time_window` only jobs that are not
 * over, so `state_in=FINISHED` alone finds nothing.
 *
 * @throws FtsRefusal 400, 403
 */
export function listJobs(service: FtsService, query: URLSearchParams, user: Caller | null): SimulatedAnswer {
  const caller = authorised(user);
  const limit = integerOf(query.get('limit'));
  const [delegationId, dn] = [query.get('dlg_id'), query.get('user_dn')];
  if (delegationId && delegationId !== caller.delegationId) {
    throw new FtsRefusal(403, 'The provided delegation id does not match your delegation id');
  }
  if (dn && dn !== caller.dn) {
    throw new FtsRefusal(400, 'The provided DN and delegation id do not correspond to the same user');
  }
  if (limit !== null && (limit < 0 || limit > 500)) {
    throw new FtsRefusal(400, 'The limit must be positive and less or equal than 500');
  }

  const equals = (name: string, value: string | null): boolean => !query.get(name) || query.get(name) === value;
  const isRecent = timeFilter(query, limit);
  let jobs = [...service.store.jobs.values()].filter(
    (job) =>
      isRecent(job) &&
      (caller.root || job.vo === caller.vo) &&
      equals('vo_name', job.vo) &&
      equals('user_dn', job.userDn) &&
      equals('dlg_id', job.delegationId) &&
      equals('source_se', job.sourceSe) &&
      equals('dest_se', job.destinationSe),
  );
  if (limit) jobs = jobs.sort((left, right) => right.submitTime - left.submitTime).slice(0, limit);
  const fields = query.get('fields')?.split(',');
  return json(jobs.map((job) => (fields ? pick(jobView(job), fields) : jobView(job))));
}

function timeFilter(query: URLSearchParams, limit: number | null): (job: JobRow) => boolean {
  const states = query.get('state_in')?.split(',');
  if (!states) return (job) => job.finishTime === null;
  const [hours, minutes = 0] = (query.get('time_window') ?? '').split(':').map(integerOf);
  const since = Date.now() - ((hours ?? 0) + (minutes ?? 0) / 60) * HOUR_MS;
  return (job) => {
    if (!states.includes(job.state)) return false;
    if (limit !== null) return true;
    if (typeof hours === 'number') return job.finishTime !== null && job.finishTime >= since;
    return job.finishTime === null;
  };
}

function integerOf(text: string | null): number | null {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** GET /files: at most 1000 files without finish time. `limit` is ignored, `time_window` breaks the server. @throws FtsRefusal 403, 500 */
export function listFiles(service: FtsService, query: URLSearchParams, user: Caller | null): SimulatedAnswer {
  const caller = authorised(user);
  if (query.has('time_window')) throw internalError();
  const states = query.get('state_in')?.split(',');
  const equals = (name: string, value: string): boolean => !query.get(name) || query.get(name) === value;
  const found: object[] = [];
  for (const job of service.store.jobs.values()) {
    if (job.vo !== caller.vo && !caller.root) continue;
    for (const file of job.files) {
      if (file.finishTime !== null || (states && !states.includes(file.state))) continue;
      const ends = equals('source_se', file.sourceSe) && equals('dest_se', file.destinationSe);
      if (ends && equals('dest_surl', file.destination) && equals('vo_name', job.vo)) found.push(fileView(file));
      if (found.length === 1000) return json(found);
    }
  }
  return json(found);
}
