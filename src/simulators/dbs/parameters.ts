import { DbsError } from './dbs-error.ts';
import { readerRefusal } from './lexicon.ts';
import type { Value } from './tables.ts';

/** Parameters of a call: each has a list of values, mostly of one. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** What each API takes in a query: `works` what this simulator does too, `ignores` what the server takes and ignores. */
const ACCEPTED: Record<string, { works: string[]; ignores?: string[]; missing?: string[] }> = {
  blocks: {
    works: ['dataset', 'block_name', 'logical_file_name', 'origin_site_name', 'detail'],
    ignores: ['data_tier_name', 'open_for_writing'],
    missing: ['run_num', 'min_cdate', 'max_cdate', 'min_ldate', 'max_ldate', 'cdate', 'ldate'],
  },
  files: {
    works: [
      ...['dataset', 'block_name', 'logical_file_name', 'origin_site_name', 'detail', 'validFileOnly'],
      ...['release_version', 'pset_hash', 'app_name', 'output_module_label'],
    ],
    missing: ['run_num', 'lumi_list', 'sumOverLumi'],
  },
  datasets: {
    works: [
      ...['dataset', 'dataset_access_type', 'detail', 'logical_file_name', 'primary_ds_name', 'processed_ds_name'],
      ...['data_tier_name', 'physics_group_name', 'prep_id', 'create_by', 'last_modified_by', 'processing_version'],
    ],
    // The server looks for a misspelt name and so ignores this one.
    ignores: ['acquisition_era_name'],
    missing: [
      ...['parent_dataset', 'release_version', 'pset_hash', 'app_name', 'output_module_label', 'global_tag', 'run_num'],
      ...['primary_ds_type', 'min_cdate', 'max_cdate', 'min_ldate', 'max_ldate', 'cdate', 'ldate', 'dataset_id'],
      'is_dataset_valid',
    ],
  },
  outputconfigs: {
    works: [
      ...['dataset', 'logical_file_name', 'release_version', 'pset_hash', 'app_name', 'output_module_label'],
      'global_tag',
    ],
    missing: ['block_id'],
  },
  blockdump: { works: ['block_name'] },
};

/**
 * Reads a query as the server does. A list is written Python's way, `['a','b']`; in JSON's way its quotes become part of
 * the names, and nothing is found.
 * @throws DbsError 113 for a name against the lexicon, 118 for a parameter the API does not take, 119 for one that only
 * the real server serves
 */
export function readQuery(api: string, query: URLSearchParams): Parameters {
  for (const [name, value] of query) {
    const refusal = readerRefusal(name, value);
    if (!refusal) continue;
    const cause = new DbsError(118, refusal, 'dbs.validator.Check', 'invalid parameter(s)');
    throw new DbsError(113, 'not str type', 'dbs.Validate', cause);
  }
  const accepted = ACCEPTED[api];
  const parameters = new Map<string, string[]>();
  for (const [name, value] of query) {
    if (accepted?.missing?.includes(name)) {
      throw new DbsError(119, `'${name}' of '${api}' is not simulated`, 'simulator', 'not implemented api error', 500);
    }
    if (accepted && !accepted.works.includes(name) && !accepted.ignores?.includes(name)) {
      const message = `parameter '${name}' is not accepted by '${api}' API`;
      throw new DbsError(118, message, 'dbs.parameters.CheckQueryParameters', 'invalid parameter(s)');
    }
    const values = value.includes('[') ? value.slice(1, -1).split(',') : [value];
    const plain = values.map((item) => (value.includes('[') ? item.trim() : item).replaceAll("'", ''));
    parameters.set(name, [...(parameters.get(name) ?? []), ...plain]);
  }
  return parameters;
}

/**
 * Reads a JSON payload of parameters (fileArray, PUT): every value becomes a list of strings, split at blanks.
 * @throws DbsError 115 with status 500 for what is not a JSON object
 */
export function readPayload(body: Buffer): Parameters {
  let payload: unknown;
  try {
    payload = JSON.parse(body.toString('utf8'));
  } catch {
    payload = null;
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    const problem = `invalid character '${body.toString('latin1').trim()[0] ?? ''}' looking for beginning of value`;
    throw new DbsError(115, 'unable to decode HTTP post payload', 'web.parsePayload', problem, 500);
  }
  const listOf = (value: unknown) => [value].flat(Infinity).flatMap((item) => String(item).split(' '));
  return new Map(
    Object.entries(payload).map(([name, value]) => [name, listOf(value).filter((item) => item !== '')] as const),
  );
}

/** The conditions of a query, made from parameters. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly values: Value[] = [];

  /** A fixed condition with its values. */
  add(condition: string, ...values: Value[]): void {
    this.#conditions.push(condition);
    this.values.push(...values);
  }

  /** Holds a column to a parameter's one value, in which `*` matches anything; a list is ignored, as there. */
  match(parameters: Parameters, name: string, column: string): void {
    const values = parameters.get(name) ?? [];
    const [value = ''] = values;
    if (values.length === 1) this.add(`${column} ${value.includes('*') ? 'GLOB' : '='} ?`, value);
  }

  /** As {@link match}, where the server takes lists too. */
  matchAny(parameters: Parameters, name: string, column: string): void {
    const values = parameters.get(name) ?? [];
    if (values.length < 2) return this.match(parameters, name, column);
    this.add(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(values));
  }

  get where(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`;
  }
}

/** Whether `detail` was asked for. */
export function isDetailed(parameters: Parameters): boolean {
  return ['1', 'true'].includes((parameters.get('detail')?.[0] ?? '').toLowerCase());
}
