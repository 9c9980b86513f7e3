import { FAILURE_TYPES } from '../contract/failure-types.ts';
import { transferBatchId } from '../contract/ids.ts';
import { isLeftBehind, isTerminalInFts } from '../domain/batch/copy-fate.ts';
import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import { priorityOf } from '../domain/operations/rules.ts';
import type { Errand } from '../domain/operations/hold.ts';
import { PortError } from '../ports/errors.ts';
import { FtsUnreached, type FtsFileView, type FtsJobView, type FtsPort, type FtsTransfer } from '../ports/fts.ts';
import type { SiteCatalogPort } from '../ports/storage.ts';
import { isFirstTry } from './first-try.ts';
import { chosenServer, serversFor, type FtsServerChoice } from './fts-servers.ts';
import type { FtsActivities, FtsJobRef, SubmitRequest, SubmitResult } from './fts.types.ts';

export interface FtsDependencies extends FtsServerChoice {
  fts: FtsPort;
  /** FTS's `activity` of our copies. */
  ftsActivity: string;
}

/** Activities on the queue of submissions and cancels. */
export function createFtsActivities({ fts, ftsActivity, ...choice }: FtsDependencies): FtsActivities {
  const { sites, rules } = choice;
  return {
    async prepareFts({ destination, credential, avoid }) {
      const servers = await serversFor(choice, destination);
      // One that just could not be reached comes last: it may be the only one, or be back.
      const inTurn = servers.toSorted((a, b) => Number(a === avoid) - Number(b === avoid));
      return firstThatAnswers(inTurn, (server) => fts.prepare(server, credential));
    },

    async submitFtsJob(request) {
      // What may have been sent already is brought to its end: FTS may have it, and nobody must lose sight of it.
      const ruled = isFirstSubmission(request) ? await ruledOut(request) : null;
      if (ruled) return ruled;
      try {
        const transfers = await resolveUrls(sites, request);
        const { target, credential, sid, expectedJobId, digest, task, batch } = request;
        const { overwrite, maxTimeInQueue, taskPriority } = request;
        const priority = taskPriority ?? priorityOf(await rules.rules(), credential.user) ?? request.priority;
        const jobId = await fts.submit(target, credential, {
          ...{ sid, expectedJobId, digest, task, batch, user: credential.user },
          ...{ transfers, overwrite, priority, maxTimeInQueue, activity: ftsActivity },
        });
        if (jobId === expectedJobId) return { kind: 'submitted', jobId };
        const reason = `FTS made job ${jobId} instead of ${expectedJobId}: the first VO of the credential has changed`;
        return { kind: 'astray', jobId, reason };
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        if (error.type === FAILURE_TYPES.siteMisconfigured) return submittedBefore(request, error);
        if (error.type === FAILURE_TYPES.ftsRefused || error.type === FAILURE_TYPES.ftsJobMismatch)
          return { kind: 'refused', reason: error.message };
        if (error instanceof FtsUnreached && (await mayGoElsewhere(choice, request)))
          return { kind: 'elsewhere', reason: error.message };
        throw error;
      }
    },

    async setFtsPriority({ target, credential, jobId, priority }) {
      await fts.setPriority(target, credential, jobId, priority);
    },

    async cancelFtsJob({ target, credential, jobId, digest, keys }) {
      if (keys === 'all') await fts.cancel(target, credential, jobId);
      else await cancelSome(fts, { target, credential, jobId, digest }, keys);
      const view = await fts.look(target, credential, jobId);
      return view?.digest === digest ? resultsOf(view) : [];
    },
  };

  /** What operators want done with a submission instead of sending it; null for nothing. */
  async function ruledOut(request: SubmitRequest): Promise<SubmitResult | null> {
    const { target, moved } = request;
    const errand = errandOf(request);
    const hold = await rules.holdOf(errand, batchName(request));
    if (hold) return { kind: 'held', reason: hold.reason, barred: true };
    const chosen = await chosenServer(choice, errand.destination);
    // It has gone there already where it has moved: the chosen one is down, and another one takes over.
    if (chosen === null || chosen === target.server || moved) return null;
    return { kind: 'elsewhere', reason: `copies to ${errand.destination} go to ${chosen}`, lasting: true };
  }

  /** Files that cannot be sent are held, unless an earlier try has sent them before the site's description changed. */
  async function submittedBefore(request: SubmitRequest, { message }: PortError): Promise<SubmitResult> {
    const { target, credential, expectedJobId, digest } = request;
    const job = isFirstSubmission(request) ? null : await fts.look(target, credential, expectedJobId);
    return job?.digest === digest ? { kind: 'submitted', jobId: expectedJobId } : { kind: 'held', reason: message };
  }
}

/** What a submission is about: all files of a batch are of one link. */
function errandOf({ task, credential, files }: SubmitRequest): Required<Errand> {
  const { source = '', destination = '' } = files[0]?.record ?? {};
  return { task, user: credential.user, source, destination };
}

/** A batch among those that breakers let through. */
const batchName = ({ task, batch }: SubmitRequest): string => transferBatchId(task, batch);

/** What FTS says of our files; a file whose metadata FTS lost cannot be told and is left out. */
export const resultsOf = ({ state, files }: FtsJobView): FtsFileResult[] =>
  files.flatMap((file) => (file.key === null ? [] : [resultOf(state, file.key, file)]));

function resultOf(jobState: string, key: string, file: FtsFileView): FtsFileResult {
  const { state, reason, startedAt, finishedAt } = file;
  if (!isLeftBehind(jobState, state)) return { key, state, reason, startedAt, finishedAt };
  // Nothing will come of it: the same as if FTS had cancelled it with its job.
  const now = Math.floor(Date.now() / 1000);
  const left = `the FTS job ended ${jobState} and left the file ${state}`;
  return { key, state: 'CANCELED', reason: reason || left, startedAt: null, finishedAt: finishedAt ?? now };
}

/** The first server's answer; those that are down are passed over. @throws PortError of the most wanted one where all are */
async function firstThatAnswers<T>(servers: string[], ask: (server: string) => Promise<T>): Promise<T> {
  let failure: unknown;
  for (const server of servers) {
    try {
      return await ask(server);
    } catch (error) {
      if (!(error instanceof PortError) || error.type !== FAILURE_TYPES.ftsUnavailable) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/**
 * Whether no POST of this submission can have reached its server, and there is another one. Files go to one server only: what this one
 * may have taken it will copy, also while nobody can ask it (docs/adr/0006-another-server.md).
 */
async function mayGoElsewhere(choice: FtsServerChoice, request: SubmitRequest): Promise<boolean> {
  if (!isFirstSubmission(request)) return false;
  const { target, files } = request;
  const servers = await serversFor(choice, files[0]?.record.destination ?? '');
  return servers.some((server) => server !== target.server);
}

/** Nothing of this submission can have been sent before: it is not the activity's retry, nor was the workflow reset. */
const isFirstSubmission = ({ sure }: SubmitRequest): boolean => sure && isFirstTry();

async function resolveUrls(sites: SiteCatalogPort, { files }: SubmitRequest): Promise<FtsTransfer[]> {
  return Promise.all(
    files.map(async ({ key, record }) => {
      const { source, sourceLfn, destination, destinationLfn, size, adler32 } = record;
      const urls = await sites.copyUrls(source, sourceLfn, destination, destinationLfn);
      return { key, ...urls, size, adler32 };
    }),
  );
}

/** Cancels single files by FTS's own ids, but for those whose copy runs. */
async function cancelSome(fts: FtsPort, job: FtsJobRef, keys: string[]): Promise<void> {
  const view = await fts.look(job.target, job.credential, job.jobId);
  const wanted = new Set(keys);
  const ids = (view?.digest === job.digest ? view.files : [])
    .filter(({ key, state, startedAt }) => key !== null && wanted.has(key) && !isTerminalInFts(state) && !startedAt)
    .map(({ fileId }) => fileId);
  if (ids.length > 0) await fts.cancelFiles(job.target, job.credential, job.jobId, ids);
}
