import type { Asker } from './asker.ts';
import { bulkEntries } from './bulk-answer.ts';
import { credentialFailure, messageOf, unavailable, type FtsClient } from './fts-client.ts';
import { tellingCredentialFailures } from './whoami.ts';

/** Who asks for which priority. */
export interface PriorityAsker extends Asker {
  priority: number;
}

/** Gives jobs another priority; an Error where just this job failed. Terminal and unknown jobs are fine: nothing of them waits. */
export async function setPriorities(
  client: FtsClient,
  { priority, ...asker }: PriorityAsker,
  jobIds: string[],
): Promise<Map<string, undefined | Error>> {
  const { status, json } = await tellingCredentialFailures(client, asker, () =>
    client({ ...asker, method: 'POST', path: `jobs/${jobIds.join(',')}`, body: { params: { priority } } }),
  );
  const entries = bulkEntries(status, json);
  if (!entries) throw unavailable(`POST jobs: HTTP ${status}: ${messageOf(json)}`, status);
  return new Map(
    jobIds.map((jobId) => {
      const entry = entries.get(jobId);
      if (!entry) return [jobId, unavailable(`POST jobs: the answer lacks job ${jobId}`)];
      if (entry.status < 400 || entry.status === 404) return [jobId, undefined];
      const message = `POST jobs: ${messageOf(entry.json)}`;
      return [jobId, entry.status === 403 ? credentialFailure(message) : unavailable(message, entry.status)];
    }),
  );
}
