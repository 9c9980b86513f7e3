import { z } from 'zod';
import type { FtsTarget } from '../../ports/fts.ts';
import { HttpFailure } from '../http.ts';
import type { Asker } from './asker.ts';
import { credentialFailure, messageOf, unavailable, type FtsClient } from './fts-client.ts';

const whoamiSchema = z.object({
  base_id: z.guid(),
  vos: z.array(z.string()),
  delegation_id: z.string().min(1).nullish(),
});

/** Who FTS takes somebody for. */
export interface FtsIdentity {
  baseId: string;
  vos: string[];
  /** Null for nobody. */
  delegationId: string | null;
}

/** Asks an FTS server who it takes us for. @throws PortError `FtsUnavailable`, `CredentialUnavailable` */
export async function identityOf(client: FtsClient, asker: Asker): Promise<FtsIdentity> {
  const { status, json } = await client({ ...asker, method: 'GET', path: 'whoami' });
  if (status !== 200) throw unavailable(`GET whoami: HTTP ${status}: ${messageOf(json)}`, status);
  const parsed = whoamiSchema.safeParse(json);
  if (!parsed.success) throw unavailable(`${asker.server}/whoami: unreadable answer`, status);
  const { base_id, vos, delegation_id } = parsed.data;
  return { baseId: base_id, vos, delegationId: delegation_id ?? null };
}

/**
 * What submissions to an FTS server have to know of it.
 * @throws PortError `CredentialUnavailable` where the credential gives no VO (anonymous): FTS would accept nothing.
 */
export async function whoami(client: FtsClient, asker: Asker): Promise<FtsTarget> {
  const { server } = asker;
  const { baseId, vos } = await identityOf(client, asker);
  const [vo] = vos;
  if (vo === undefined) throw credentialFailure(`${server} takes this credential for nobody: it has no VO`);
  return { server, vo, baseId };
}

/**
 * Does some work; where FTS fails with 500, makes sure that it is not for want of a credential.
 * FTS answers 500 instead of 401 to anonymous requests for jobs; repeated as an outage that would never end.
 */
export async function tellingCredentialFailures<T>(
  client: FtsClient,
  asker: Asker,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 500) {
      await whoami(client, asker);
    }
    throw error;
  }
}
