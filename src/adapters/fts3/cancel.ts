import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';
import type { Asker } from './asker.ts';
import { bulkEntries } from './bulk-answer.ts';
import { credentialFailure, messageOf, unavailable, type FtsClient } from './fts-client.ts';
import { tellingCredentialFailures } from './whoami.ts';

/** File ids in one request: they are up to 19 digits, and request lines end at 8,190 bytes. */
const FILES_PER_REQUEST = 100;

/** Cancels whole jobs; an Error where just this job failed. Terminal and unknown jobs are fine: nothing is left to stop. */
export async function cancelJobs(
  client: FtsClient,
  asker: Asker,
  jobIds: string[],
): Promise<Map<string, undefined | Error>> {
  const { status, json } = await tellingCredentialFailures(client, asker, () =>
    client({ ...asker, method: 'DELETE', path: `jobs/${jobIds.join(',')}` }),
  );
  const entries = bulkEntries(status, json);
  if (!entries) throw unavailable(`DELETE jobs: HTTP ${status}: ${messageOf(json)}`, status);
  return new Map(
    jobIds.map((jobId) => {
      const entry = entries.get(jobId);
      if (!entry) return [jobId, unavailable(`DELETE jobs: the answer lacks job ${jobId}`)];
      // A terminal job is HTTP 200 with 304 in the body.
      if (entry.status < 400 || entry.status === 404) return [jobId, undefined];
      const message = `DELETE jobs: ${messageOf(entry.json)}`;
      return [jobId, entry.status === 403 ? credentialFailure(message) : unavailable(message, entry.status)];
    }),
  );
}

/**
 * Cancels single files of a job. FTS sets their state at once but does not stop copies that run.
 * @throws PortError `FtsRefused`, not retryable, where a file is not of this job or the job cannot be cancelled in parts.
 */
export async function cancelFiles(client: FtsClient, asker: Asker, jobId: string, fileIds: number[]): Promise<void> {
  for (let start = 0; start < fileIds.length; start += FILES_PER_REQUEST) {
    const some = fileIds.slice(start, start + FILES_PER_REQUEST);
    const path = `jobs/${jobId}/files/${some.join(',')}`;
    const { status, json } = await tellingCredentialFailures(client, asker, () =>
      client({ ...asker, method: 'DELETE', path }),
    );
    if (status === 404) return;
    if (status === 403) throw credentialFailure(`DELETE files of job ${jobId}: ${messageOf(json)}`);
    const verdicts = Array.isArray(json) ? (json as unknown[]) : [json];
    const strange = verdicts.findIndex((verdict) => typeof verdict !== 'string' || verdict.includes(' '));
    if (status !== 200 || strange !== -1) {
      const said = status === 200 ? `file ${some[strange]}: ${messageOf(verdicts[strange])}` : messageOf(json);
      throw new PortError(FAILURE_TYPES.ftsRefused, `DELETE files of job ${jobId}: ${said}`, { retryable: false });
    }
  }
}
