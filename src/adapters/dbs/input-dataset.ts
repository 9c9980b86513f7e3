import { z } from 'zod';
import type { CredentialRef } from '../../domain/file.ts';
import { DATASET_NAME } from '../../domain/record-rules.ts';
import type { TaskInfo } from '../../ports/crab.ts';
import type { DbsClient, DbsRequest } from './dbs-client.ts';
import { dbsServiceUrl } from './dbs-urls.ts';

/** What an output dataset takes over from the dataset that its task read. */
export interface InputDataset {
  globalTag: string;
  primaryType: string;
  acquisitionEra: string;
}

/** CRAB's values where there is no input dataset ("private MC") or DBS does not know it. */
export const NO_INPUT: Readonly<InputDataset> = Object.freeze({
  globalTag: 'crab3_tag',
  primaryType: 'mc',
  acquisitionEra: 'CRAB',
});

const datasetSchema = z.object({
  primary_ds_type: z.string().nullish(),
  acquisition_era_name: z.string().nullish(),
});
const configSchema = z.object({ global_tag: z.string().nullish() });

/**
 * Asks DBS about a task's input dataset, as CRAB's publisher does: type and era from the reader of the input, the global tag
 * from the instance that is published to. What is not found there, or what DBS refuses to look for, has CRAB's default.
 * @throws PortError `CatalogUnavailable`: a default must never come from an outage.
 */
export async function describeInput(
  client: DbsClient,
  task: TaskInfo,
  credential: CredentialRef,
  timeoutMs: number,
): Promise<InputDataset> {
  const dataset = task.inputDataset;
  // Private MC carries a name that is no dataset, and so may what Rucio lists.
  if (dataset === null || !DATASET_NAME.test(dataset)) return NO_INPUT;

  const common = { credential, timeoutMs };
  const [described, config] = await Promise.all([
    firstRow(client, {
      ...common,
      service: dbsServiceUrl(task.dbsUrl, 'DBSReader'),
      api: 'datasets',
      // Without an access type only VALID ones are listed; inputs may still be in PRODUCTION.
      query: { dataset, detail: 'true', dataset_access_type: '*' },
    }),
    firstRow(client, {
      ...common,
      service: dbsServiceUrl(task.publishDbsUrl, 'DBSReader'),
      api: 'outputconfigs',
      query: { dataset },
    }),
  ]);
  const row = datasetSchema.safeParse(described).data;
  return {
    globalTag: configSchema.safeParse(config).data?.global_tag || NO_INPUT.globalTag,
    primaryType: row?.primary_ds_type || NO_INPUT.primaryType,
    acquisitionEra: row?.acquisition_era_name || NO_INPUT.acquisitionEra,
  };
}

async function firstRow(client: DbsClient, question: DbsRequest): Promise<unknown> {
  const answer = await client(question);
  return answer.kind === 'rows' ? answer.rows[0] : undefined;
}
