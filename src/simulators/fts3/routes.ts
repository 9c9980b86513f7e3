import type { SimulatedAnswer, SimulatedHandler, SimulatedRequest } from '../http-server.ts';
import { doorAnswer, DoorRefusal, FtsRefusal, json, refusalAnswer } from './answers.ts';
import { authorised, whoami, type Caller } from './identity.ts';
import { deleteAll, deleteFiles, deleteJobs, findJob, getJobs, modifyJobs } from './job-requests.ts';
import { listFiles, listJobs } from './list-requests.ts';
import type { FtsService } from './service.ts';
import { submit } from './submit.ts';
import { fileView, jobView, retriesView } from './views.ts';

/** Apache's limit of a request line in front of FTS, bytes. */
const LONGEST_REQUEST_LINE = 8190;

const ROOT = {
  delegation: { major: 1, minor: 0, patch: 0 },
  api: { major: 3, minor: 13, patch: 4 },
  core: null,
  schema: { major: 10, minor: 0, patch: 0 },
  _links: {
    'fts:whoami': { href: '/whoami', title: 'Check user certificate' },
    'fts:joblist': { href: '/jobs{?vo_name,user_dn,dlg_id,state_in}', title: 'List of active jobs', templated: true },
    'fts:job': { href: '/jobs/{id}', title: 'Job information', templated: true, hints: { allow: ['GET', 'DELETE'] } },
    'fts:jobsubmit': { href: '/jobs', hints: { allow: ['POST'] } },
    'fts:optimizer': { href: '/optimizer/', title: 'Optimizer' },
    'fts:archive': { href: '/archive/', title: 'Archive' },
  },
};

/** The handler of all of FTS's requests. */
export function createFtsHandler(service: FtsService): SimulatedHandler {
  return async (request) => {
    try {
      return await route(service, request);
    } catch (error) {
      if (error instanceof FtsRefusal) return refusalAnswer(error);
      if (error instanceof DoorRefusal) return doorAnswer(error);
      throw error;
    }
  };
}

async function route(service: FtsService, request: SimulatedRequest): Promise<SimulatedAnswer> {
  const line = `${request.method} ${request.stream.url ?? ''} HTTP/1.1`;
  if (line.length > LONGEST_REQUEST_LINE) return tooLong();
  const user = service.identities.recognise(request);
  const [first, ...rest] = segmentsOf(request.path);
  const tail = rest.join('/');
  switch (first) {
    case undefined:
      return onlyGet(request, () => json(ROOT));
    case 'jobs':
      return jobs(service, request, rest, user);
    case 'delegation':
      return service.delegations.answer(request, rest, user);
    case 'whoami':
      if (tail === 'certificate') return certificate(user);
      return onlyGet(request, () => json(whoami(user)));
    case 'archive':
      return onlyGet(request, () => archived(service, tail, user));
    case 'optimizer':
      return onlyGet(request, () => json(tail === '' ? true : []));
    case 'files':
      return onlyGet(request, () => listFiles(service, request.query, user));
    case 'config':
    case 'ban':
      // Operators only; the simulator's are its options.
      throw new FtsRefusal(403, 'Not enough permissions');
    default:
      throw notFound();
  }
}

async function jobs(
  service: FtsService,
  request: SimulatedRequest,
  segments: readonly string[],
  user: Caller | null,
): Promise<SimulatedAnswer> {
  const [list, field, third, fourth] = segments;
  const shape = segments.map((segment, at) => (at === 1 ? segment : '*')).join('/');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (list === undefined) {
    if (method === 'GET') return listJobs(service, request.query, user);
    if (method === 'POST' || method === 'PUT') return submit(service, request, user);
    return otherMethod(method, 'HEAD, OPTIONS, POST, PUT, GET');
  }
  if (method === 'DELETE') {
    if (segments.length === 1) return list === 'all' ? deleteAll(service, null, user) : deleteJobs(service, list, user);
    if (list === 'vo' && segments.length === 2) return deleteAll(service, field ?? '', user);
    if (shape === '*/files/*') return deleteFiles(service, list, third ?? '', user);
    return otherMethod(method, 'HEAD, OPTIONS, GET');
  }
  if (method === 'POST' && segments.length === 1) return modifyJobs(service, list, request, user);
  if (method !== 'GET') return otherMethod(method, 'HEAD, OPTIONS, POST, DELETE, GET');
  if (segments.length === 1) return getJobs(service, list, request.query, user);
  if (shape === '*/files/*/*' && fourth === 'retries') return retries(service, list, Number(third), user);
  if (segments.length !== 2) throw notFound();

  const job = findJob(service, list, user);
  if (field === 'files') return json(job.files.map(fileView));
  if (field === 'dm') return json([]);
  const view = jobView(job);
  if (field === undefined || !(field in view)) throw new FtsRefusal(404, 'No such field');
  return json(view[field]);
}

function retries(service: FtsService, jobId: string, fileId: number, user: Caller | null): SimulatedAnswer {
  findJob(service, jobId, user);
  const file = service.store.file(fileId);
  return json(file ? retriesView(file) : []);
}

function archived(service: FtsService, jobId: string, user: Caller | null): SimulatedAnswer {
  authorised(user);
  const job = service.store.archived.get(jobId);
  if (!job) throw new FtsRefusal(404, `No job with the id "${jobId}" has been found in the archive`);
  return json({ ...jobView(job), files: job.files.map(fileView) });
}

/** GET /whoami/certificate: the chain that the caller has shown. @throws FtsRefusal 403 */
function certificate(user: Caller | null): SimulatedAnswer {
  if (!user?.certificates.length) throw new FtsRefusal(403, 'Certificate required');
  return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: user.certificates.join('') };
}

/** @throws FtsRefusal 404 for percent signs that encode nothing */
function segmentsOf(path: string): string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw notFound();
  }
}

function onlyGet(request: SimulatedRequest, answer: () => SimulatedAnswer): SimulatedAnswer {
  if (request.method === 'GET' || request.method === 'HEAD') return answer();
  return otherMethod(request.method, 'HEAD, OPTIONS, GET');
}

/** OPTIONS is answered everywhere, other methods are refused. @throws FtsRefusal 405 */
function otherMethod(method: string, allow: string): SimulatedAnswer {
  if (method === 'OPTIONS') return { status: 200, headers: { allow, 'content-type': 'text/html; charset=utf-8' } };
  throw new FtsRefusal(405, 'The method is not allowed for the requested URL.', { allow });
}

const notFound = (): FtsRefusal =>
  new FtsRefusal(
    404,
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  );

function tooLong(): SimulatedAnswer {
  const body =
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head><title>414 Request-URI Too Long</title></head></html>\n';
  return { status: 414, headers: { 'content-type': 'text/html' }, body };
}
