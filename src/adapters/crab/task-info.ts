import { z } from 'zod';
import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { isServiceUrl, SERVICE_URL_RULE } from '../../domain/service-url.ts';
import type { TaskInfo } from '../../ports/crab.ts';
import { PortError } from '../../ports/errors.ts';
import { shortText } from '../short-text.ts';

const answerSchema = z.object({
  desc: z.object({ columns: z.array(z.string()) }),
  result: z.array(z.unknown()),
});

/** Values are texts as Python prints them: an empty column is `None`. */
const column = z
  .string()
  .nullish()
  .transform((value) => (value && value !== 'None' ? value : null));

const taskSchema = z.object({
  tm_input_dataset: column,
  tm_dbs_url: column,
  tm_publish_dbs_url: column,
});

/**
 * CRAB's answer to `task?subresource=search`: names of columns and one flat row.
 * @param dbsHosts hosts of DBS that a task may name; any where nothing is said
 * @throws PortError `CrabRefused`, not retryable, where there is no such task or it says not where to publish, or names what is no address of a service;
 * Error where the answer is anything else
 */
export function taskInfoOf(task: string, json: unknown, dbsHosts?: ReadonlySet<string>): TaskInfo {
  const { desc, result } = answerSchema.parse(json);
  if (result.length === 0) throw refused(`CRAB does not know task ${task}`);
  const row = taskSchema.parse(Object.fromEntries(desc.columns.map((name, at) => [name, result[at]])));
  if (!row.tm_publish_dbs_url) throw refused(`task ${task} has no DBS to publish to`);
  // The user's credential goes there, and people can choose where.
  for (const url of [row.tm_publish_dbs_url, row.tm_dbs_url])
    if (url !== null && !isServiceUrl(url)) throw refused(`DBS of task ${task}: must be ${SERVICE_URL_RULE}`);
    else if (url !== null && dbsHosts && !dbsHosts.has(new URL(url).hostname))
      throw refused(`DBS of task ${task}: must be at a host that tasks may name (dbsHosts)`);
  return {
    // Inputs that Rucio names carry its scope, `cms:/primary/processed/TIER`.
    inputDataset: row.tm_input_dataset?.replace(/^[^/:]+:/, '') ?? null,
    dbsUrl: endingWith('DBSReader', row.tm_dbs_url ?? withoutService(row.tm_publish_dbs_url)),
    publishDbsUrl: endingWith('DBSWriter', row.tm_publish_dbs_url),
  };
}

const refused = (message: string): PortError =>
  new PortError(FAILURE_TYPES.crabRefused, shortText(message), { retryable: false });

const withoutService = (url: string): string => url.replace(/\/DBS\w+\/*$/, '');

function endingWith(service: string, url: string): string {
  const base = url.replace(/\/+$/, '');
  return base.endsWith(`/${service}`) ? base : `${base}/${service}`;
}
