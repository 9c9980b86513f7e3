import { z } from 'zod';
import type { CrabQueuePort, QueueRow } from '../../ports/crab-queue.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { createCrabClient, readable } from './crab-client.ts';
import { queryRows } from './query-rows.ts';

export interface CrabQueueOptions {
  /** Base of CRAB's REST, as for the adapter of the rest of it. */
  url: string;
  dispatchers: Dispatchers;
  /** Milliseconds per exchange (60 s). */
  timeoutMs?: number;
}

const modifiedSchema = z.object({ result: z.array(z.object({ modified: z.number() })) });

/** CRAB's queue of transfers over its REST interface. */
export function createCrabQueue({ url, dispatchers, timeoutMs = 60_000 }: CrabQueueOptions): CrabQueuePort {
  const crab = createCrabClient(url, dispatchers, timeoutMs);
  const ask = async (resource: string, query: Record<string, string>): Promise<QueueRow[]> => {
    const json = await crab.get(resource, new URLSearchParams(query));
    return readable(resource, () => queryRows(json));
  };
  // CRAB wants `grouping` with every question, also where it means nothing.
  const list = (subresource: string, asoworker: string, limit?: number): Promise<QueueRow[]> => {
    // It answers with one row less than the limit.
    const upTo = limit === undefined ? {} : { limit: String(limit + 1) };
    return ask('filetransfers', { subresource, asoworker, grouping: '0', ...upTo });
  };
  const acquire = async (form: Record<string, string>): Promise<number> => {
    const json = await crab.post('filetransfers', new URLSearchParams(form));
    return readable('filetransfers', () => modifiedSchema.parse(json).result[0]?.modified ?? 0);
  };
  return {
    async users(worker) {
      const rows = await list('activeUsers', worker);
      // One row for each group and role of a user.
      return [...new Set(rows.flatMap(({ tm_username: user }) => (typeof user === 'string' ? user : [])))];
    },
    acquireTransfers: (asoworker, username) => acquire({ subresource: 'acquireTransfers', asoworker, username }),
    acquiredTransfers: (worker, limit) => list('acquiredTransfers', worker, limit),
    acquirePublication: (asoworker) => acquire({ subresource: 'acquirePublication', asoworker }),
    acquiredPublication: (worker, limit) => list('acquiredPublication', worker, limit),
    toKill: (worker) => list('getTransfersToKill', worker),
    row: async (id) => (await ask('fileusertransfers', { subresource: 'getById', id }))[0] ?? null,
  };
}
