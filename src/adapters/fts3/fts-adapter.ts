import type { CredentialRef } from '../../domain/file.ts';
import { FtsUnreached, type FtsJobView, type FtsPort } from '../../ports/fts.ts';
import { Coalescer } from '../coalescer.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import type { Asker } from './asker.ts';
import { cancelFiles, cancelJobs } from './cancel.ts';
import { renewingDelegation, type Delegator } from './delegator.ts';
import { createFtsClient } from './fts-client.ts';
import { lookAtJobs } from './look.ts';
import { isUnsent } from './server-circuit.ts';
import { ServerCare } from './server-care.ts';
import { setPriorities, type PriorityAsker } from './priority.ts';
import { submitOnce } from './submit.ts';
import { whoami } from './whoami.ts';

/** Milliseconds per exchange. */
export interface FtsTimeouts {
  /** Looks, cancels and whoami: 30 s, as FTS's own client. */
  request: number;
  /** POSTs: 120 s, as FTS takes seconds for thousands of files. */
  submit: number;
}

export interface FtsAdapterOptions {
  dispatchers: Dispatchers;
  /** Sees to delegations; without it nothing is delegated, which will do for servers over plain http. */
  delegator?: Delegator;
  /** How long a look or cancel waits for others to share its request, milliseconds (50). */
  coalesceMs?: number;
  timeouts?: Partial<FtsTimeouts>;
  /** Bounds and circuit of each server; shared by all that talk to them. */
  care?: ServerCare;
}

/** Ids in one request: 100 take 3,700 of the 8,190 bytes that Apache allows a request line. */
const JOBS_PER_REQUEST = 100;

/** FTS3 over its REST interface. Never repeats what Temporal repeats, except POSTs within one submission. */
export function createFtsAdapter(options: FtsAdapterOptions): FtsPort {
  const { dispatchers, care = new ServerCare(), delegator, coalesceMs = 50, timeouts } = options;
  const { request, submit }: FtsTimeouts = { request: 30_000, submit: 120_000, ...timeouts };
  const client = createFtsClient(dispatchers, care);
  const submitter = delegator ? renewingDelegation(client, delegator) : client;
  const asker = (server: string, credential: CredentialRef): Asker => ({ server, credential, timeoutMs: request });
  const sharing = { delayMs: coalesceMs, maxKeys: JOBS_PER_REQUEST, groupName };

  const looks = new Coalescer<Asker, FtsJobView | null>({
    ...sharing,
    ask: (who, ids) => {
      // A copy may need its owner's credential long after its job was submitted; nobody waits for it here.
      void delegator?.keepFresh(who.server, who.credential);
      // Looks are the many, and come back by themselves.
      return lookAtJobs(client, { ...who, patient: true }, ids);
    },
  });
  const cancels = new Coalescer<Asker, undefined>({ ...sharing, ask: (who, ids) => cancelJobs(client, who, ids) });

  const priorities = new Coalescer<PriorityAsker, undefined>({
    ...sharing,
    groupName: (who) => `${who.priority} ${groupName(who)}`,
    ask: (who, ids) => setPriorities(client, who, ids),
  });

  return {
    prepare: (server, credential) => whoami(client, asker(server.replace(/\/+$/, ''), credential)),
    async submit({ server }, credential, submission) {
      // No POST has left yet.
      await delegator?.ensure(server, credential).catch((error: unknown) => {
        throw isUnsent(error) ? new FtsUnreached(error) : error;
      });
      return submitOnce(submitter, { server, credential, timeoutMs: submit }, request, submission);
    },
    look: ({ server }, credential, jobId, shareMs) => looks.get(asker(server, credential), jobId, shareMs),
    cancel: ({ server }, credential, jobId) => cancels.get(asker(server, credential), jobId),
    setPriority: ({ server }, credential, jobId, priority) =>
      priorities.get({ ...asker(server, credential), priority }, jobId),
    cancelFiles: ({ server }, credential, jobId, fileIds) =>
      cancelFiles(client, asker(server, credential), jobId, fileIds),
  };
}

const groupName = ({ server, credential: { user, group, role } }: Asker): string =>
  JSON.stringify([server, user, group, role]);
