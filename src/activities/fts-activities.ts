import { FAILURE_TYPES } from '../contract/failure-types.ts';
import { isLeftBehind, isTerminalInFts } from '../domain/batch/copy-fate.ts';
import type { FtsFileResult } from '../domain/batch/fts-results.ts';
import { PortError } from '../ports/errors.ts';
import type { FtsFileView, FtsJobView, FtsPort, FtsTransfer } from '../ports/fts.ts';
import type { SiteCatalogPort } from '../ports/storage.ts';
import type { FtsActivities, FtsJobRef, SubmitRequest } from './types.ts';

export interface FtsDependencies {
  fts: FtsPort;
  sites: SiteCatalogPort;
  /** Server for sites that ask for none. */
  defaultFtsServer: string;
}

/** FTS's `activity`: the share of links that these transfers use. */
const FTS_ACTIVITY = 'ASO';

/** Activities on the queue of submissions and cancels. */
export function createFtsActivities({ fts, sites, defaultFtsServer }: FtsDependencies): FtsActivities {
  return {
    async prepareFts({ destination, credential }) {
      const wanted = await sites.ftsServer(destination).catch((error: unknown) => {
        // A site that is not described asks for no server; its files are held when they are to be sent.
        if (error instanceof PortError && !error.retryable) return null;
        throw error;
      });
      return fts.prepare(wanted ?? defaultFtsServer, credential);
    },

    async submitFtsJob(request) {
      try {
        const transfers = await resolveUrls(sites, request);
        const { target, credential, sid, expectedJobId, digest, task, overwrite, priority, maxTimeInQueue } = request;
        const jobId = await fts.submit(target, credential, {
          ...{ sid, expectedJobId, digest, task, user: credential.user },
          ...{ transfers, overwrite, priority, maxTimeInQueue, activity: FTS_ACTIVITY },
        });
        if (jobId === expectedJobId) return { kind: 'submitted', jobId };
        const reason = `FTS made job ${jobId} instead of ${expectedJobId}: the first VO of the credential has changed`;
        return { kind: 'astray', jobId, reason };
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        if (error.type === FAILURE_TYPES.siteMisconfigured) return { kind: 'held', reason: error.message };
        if (error.type === FAILURE_TYPES.ftsRefused || error.type === FAILURE_TYPES.ftsJobMismatch)
          return { kind: 'refused', reason: error.message };
        throw error;
      }
    },

    async cancelFtsJob({ target, credential, jobId, keys }) {
      if (keys === 'all') await fts.cancel(target, credential, jobId);
      else await cancelSome(fts, { target, credential, jobId }, keys);
      const view = await fts.look(target, credential, jobId);
      return view ? resultsOf(view) : [];
    },
  };
}

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
  const ids = (view?.files ?? [])
    .filter(({ key, state, startedAt }) => key !== null && wanted.has(key) && !isTerminalInFts(state) && !startedAt)
    .map(({ fileId }) => fileId);
  if (ids.length > 0) await fts.cancelFiles(job.target, job.credential, job.jobId, ids);
}
