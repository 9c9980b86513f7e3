import type { DbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';

export const PSET = '94ba0e06145abd65ccb1d21786dc7e1d';
export const DATASET = `/GenericTTbar/jdoe-tag-${PSET}/USER`;
export const BLOCK = `${DATASET}#adf8241b-726a-43df-bbd9-334d1780b704`;
export const OTHER_BLOCK = `${DATASET}#f2a99ac7-6aab-4b40-861c-820dd0a7870f`;
export const lfn = (n: number) => `/store/user/jdoe/GenericTTbar/tag/261122_060000/0000/output_${n}.root`;

/** The body of `bulkblocks`, loose enough to be spoilt. */
export interface Dump {
  dataset_conf_list: Record<string, unknown>[];
  file_conf_list: Record<string, unknown>[];
  files: Record<string, unknown>[];
  file_parent_list: object[];
  [section: string]: unknown;
}

/** A block as CRAB's publisher writes it, with the files of these numbers. */
export function dump(block = BLOCK, numbers = [1, 2]): Dump {
  const config = {
    release_version: 'CMSSW_12_4_0',
    pset_hash: PSET,
    app_name: 'cmsRun',
    output_module_label: 'o',
    global_tag: 'crab3_tag',
  };
  return {
    dataset_conf_list: [config],
    file_conf_list: numbers.map((n) => ({ ...config, lfn: lfn(n) })),
    files: numbers.map((n) => ({
      logical_file_name: lfn(n),
      file_type: 'EDM',
      check_sum: String(3164535815 + n),
      event_count: 300,
      file_size: 561300 + n,
      adler32: `bbe03bd${n}`,
      file_lumi_list: [{ lumi_section_num: n, run_num: 1 }],
    })),
    processing_era: { processing_version: 1, description: 'CRAB3_processing_era' },
    primds: { primary_ds_name: 'GenericTTbar', primary_ds_type: 'mc' },
    dataset: {
      dataset: DATASET,
      processed_ds_name: `jdoe-tag-${PSET}`,
      data_tier_name: 'USER',
      dataset_access_type: 'VALID',
      physics_group_name: 'CRAB3',
      last_modification_date: 1700000000,
    },
    acquisition_era: { acquisition_era_name: 'CRAB', start_date: 0 },
    block: {
      block_name: block,
      origin_site_name: 'T2_CH_CERN',
      open_for_writing: 0,
      file_count: numbers.length,
      block_size: 1122603,
    },
    file_parent_list: [],
  };
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** Posts a block; tells the refusal, or null for its code. */
export async function insert(
  server: DbsSimulator,
  body: unknown,
): Promise<{ status: number; code: number | null; reason: string }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return refusalOf(await fetch(`${server.writerUrl}/bulkblocks`, { method: 'POST', headers: JSON_TYPE, body: text }));
}

export async function refusalOf(answer: Response): Promise<{ status: number; code: number | null; reason: string }> {
  const body = await answer.text();
  if (answer.status === 200) return { status: 200, code: null, reason: body };
  const [refusal] = JSON.parse(body) as { error: { code: number; reason: string } }[];
  return { status: answer.status, code: refusal?.error.code ?? null, reason: refusal?.error.reason ?? '' };
}

export async function get(
  server: DbsSimulator,
  api: string,
  query: Record<string, string> = {},
): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${server.readerUrl}/${api}?${new URLSearchParams(query).toString()}`);
  return (await answer.json()) as Record<string, unknown>[];
}

export async function put(
  server: DbsSimulator,
  api: string,
  body: object,
): Promise<{ status: number; code: number | null }> {
  const options = { method: 'PUT', headers: JSON_TYPE, body: JSON.stringify(body) };
  return refusalOf(await fetch(`${server.writerUrl}/${api}`, options));
}

export const lfnsOf = (rows: Record<string, unknown>[]) => rows.map((row) => row['logical_file_name']);

/** Overwrites fields of a section. */
export function assign(body: Dump, section: string, values: object): void {
  Object.assign(body[section] as object, values);
}
