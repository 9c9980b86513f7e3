import type { CredentialRef } from '../../domain/file.ts';
import type { CatalogPort } from '../../ports/catalog.ts';
import type { TaskInfo } from '../../ports/crab.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { blockDump } from './block-dump.ts';
import { findCatalogFiles, type ReaderAccess } from './catalog-files.ts';
import { createDbsClient } from './dbs-client.ts';
import { dbsServiceUrl } from './dbs-urls.ts';
import { describeInput } from './input-dataset.ts';
import { publishOnce } from './publish-block.ts';

/** Milliseconds per exchange. */
export interface DbsTimeouts {
  /** Questions: 60 s. */
  read: number;
  /** Inserts: 280 s; DBS's front end gives up at 300 s. */
  write: number;
}

export interface DbsAdapterOptions {
  dispatchers: Dispatchers;
  timeouts?: Partial<DbsTimeouts>;
}

/** DBS over its REST interface: the writer of the task's publication instance, and the reader beside it. */
export function createDbsAdapter({ dispatchers, timeouts }: DbsAdapterOptions): CatalogPort {
  const { read, write }: DbsTimeouts = { read: 60_000, write: 280_000, ...timeouts };
  const client = createDbsClient(dispatchers);
  const access = (task: TaskInfo, credential: CredentialRef): ReaderAccess => ({
    reader: dbsServiceUrl(task.publishDbsUrl, 'DBSReader'),
    credential,
    timeoutMs: read,
  });

  return {
    async publishBlock(task, credential, block) {
      const dump = blockDump(block, await describeInput(client, task, credential, read));
      const writer = { writer: dbsServiceUrl(task.publishDbsUrl, 'DBSWriter'), timeoutMs: write };
      return publishOnce(client, writer, access(task, credential), block, dump);
    },
    findFiles: (task, credential, lfns) => findCatalogFiles(client, access(task, credential), lfns),
  };
}
