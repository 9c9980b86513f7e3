import { z } from 'zod';
import type { CredentialRef } from '../../domain/file.ts';
import type { FtsTarget } from '../../ports/fts.ts';
import { HttpFailure } from '../http.ts';
import { credentialFailure, messageOf, unavailable, type FtsClient } from './fts-client.ts';

const whoamiSchema = z.object({ base_id: z.guid(), vos: z.array(z.string()) });

/**
 * Asks an FTS server who it takes us for.
 * @throws PortError `CredentialUnavailable` where the credential gives no VO (anonymous): FTS would accept nothing.
 */
export async function whoami(
  client: FtsClient,
  server: string,
  credential: CredentialRef,
  timeoutMs: number,
): Promise<FtsTarget> {
  const { status, json } = await client({ server, credential, method: 'GET', path: 'whoami', timeoutMs });
  if (status !== 200) throw unavailable(`GET whoami: HTTP ${status}: ${messageOf(json)}`, status);
  const parsed = whoamiSchema.safeParse(json);
  if (!parsed.success) throw unavailable(`${server}/whoami: unreadable answer`, status);
  const [vo] = parsed.data.vos;
  if (vo === undefined) throw credentialFailure(`${server} takes this credential for nobody: it has no VO`);
  return { server, vo, baseId: parsed.data.base_id };
}

/**
 * Does some work; where FTS fails with 500, makes sure that it is not for want of a credential.
 * FTS answers 500 instead of 401 to anonymous requests for jobs; repeated as an outage that would never end.
 */
export async function tellingCredentialFailures<T>(
  client: FtsClient,
  who: { server: string; credential: CredentialRef; timeoutMs: number },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 500) {
      await whoami(client, who.server, who.credential, who.timeoutMs);
    }
    throw error;
  }
}
