import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import { FtsRefusal, json } from './answers.ts';
import { authorised, type Caller } from './identity.ts';
import type { FtsService } from './service.ts';
import { planJob } from './submission.ts';
import { isDictionary, type Dictionary } from './submission-values.ts';

/** POST and PUT /jobs. Refuses in FTS's order: rights, JSON, delegation, content, repeated sid. @throws FtsRefusal */
export async function submit(
  service: FtsService,
  request: SimulatedRequest,
  user: Caller | null,
): Promise<SimulatedAnswer> {
  const now = Date.now();
  try {
    const caller = authorised(user);
    const body = await readDictionary(request);
    service.delegations.demand(caller);
    const job = service.store.insert(planJob(body, service.rules, now), caller, now);
    service.scheduler.submit(job);
    return json({ job_id: job.jobId });
  } catch (error) {
    if (error instanceof FtsRefusal) service.refused.push({ at: now, status: error.status, message: error.message });
    throw error;
  }
}

/** A request's JSON object. PUT is read as JSON whatever its type says; a form has none of our fields. @throws FtsRefusal 400 */
export async function readDictionary(request: SimulatedRequest): Promise<Dictionary> {
  const type = request.headers['content-type'] ?? '';
  const text = (await request.body()).toString('utf8');
  if (request.method !== 'PUT' && !type.startsWith('application/json')) {
    if (type.startsWith('application/x-www-form-urlencoded')) return {};
    throw new FtsRefusal(400, 'Expecting application/json or application/x-www-form-urlencoded');
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new FtsRefusal(400, 'Badly formatted JSON request');
  }
  if (!isDictionary(body)) throw new FtsRefusal(400, 'Expecting a dictionary');
  return body;
}
