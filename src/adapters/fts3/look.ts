import type { FtsJobView } from '../../ports/fts.ts';
import type { Asker } from './asker.ts';
import { bulkEntries, type BulkEntry } from './bulk-answer.ts';
import { credentialFailure, messageOf, unavailable, type FtsClient } from './fts-client.ts';
import { FILE_FIELDS, jobView } from './job-view.ts';
import { tellingCredentialFailures } from './whoami.ts';

/** Jobs with their files by id; null for a job that FTS has neither live nor archived, an Error where just this job failed. */
export async function lookAtJobs(
  client: FtsClient,
  asker: Asker,
  jobIds: string[],
): Promise<Map<string, FtsJobView | null | Error>> {
  const path = `jobs/${jobIds.join(',')}?files=${FILE_FIELDS}`;
  const { status, json } = await tellingCredentialFailures(client, asker, () =>
    client({ ...asker, method: 'GET', path }),
  );
  const entries = bulkEntries(status, json);
  if (!entries) throw unavailable(`GET jobs: HTTP ${status}: ${messageOf(json)}`, status);
  const views = jobIds.map(async (jobId) => [jobId, await viewOf(client, asker, jobId, entries.get(jobId))] as const);
  return new Map(await Promise.all(views));
}

/** One job with its files, or null. Not coalesced. @throws PortError */
export async function lookAtJob(client: FtsClient, asker: Asker, jobId: string): Promise<FtsJobView | null> {
  const view = (await lookAtJobs(client, asker, [jobId])).get(jobId);
  if (view instanceof Error) throw view;
  return view ?? null;
}

async function viewOf(
  client: FtsClient,
  asker: Asker,
  jobId: string,
  entry: BulkEntry | undefined,
): Promise<FtsJobView | null | Error> {
  if (!entry) return unavailable(`GET jobs: the answer lacks job ${jobId}`);
  if (entry.status === 404) return lookInArchive(client, asker, jobId).catch(asError);
  if (entry.status === 403) return credentialFailure(`GET jobs: ${messageOf(entry.json)}`);
  const view = jobView(entry.json);
  return view ?? unavailable(`GET jobs: job ${jobId}: ${entry.status}: unreadable: ${messageOf(entry.json)}`);
}

/** A job is moved to the archive 7 days after its end. */
async function lookInArchive(client: FtsClient, asker: Asker, jobId: string): Promise<FtsJobView | null> {
  const { status, json } = await client({ ...asker, method: 'GET', path: `archive/${jobId}` });
  if (status === 404) return null;
  if (status === 403) throw credentialFailure(`GET archive: ${messageOf(json)}`);
  const view = jobView(json);
  if (!view) throw unavailable(`GET archive: job ${jobId}: HTTP ${status}: unreadable: ${messageOf(json)}`, status);
  return view;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
