import { BULK_BLOCKS } from './bulkblocks-record.ts';
import { DbsError } from './dbs-error.ts';
import { decodeGoJson } from './go-json.ts';
import type { Parameters } from './parameters.ts';
import type { Row, Tables } from './tables.ts';

/** What stands where a row is not there. */
const EMPTY = decodeGoJson('{}', BULK_BLOCKS);

const CONFIG = 'O.output_module_label, O.global_tag, O.create_by, O.creation_date';

/**
 * A whole block as one object, in the form that `bulkblocks` takes. For a block that is not there, lists are null and all
 * names empty.
 * @throws DbsError 118 without `block_name`
 */
export function blockdump(tables: Tables, parameters: Parameters): object {
  const [name] = parameters.get('block_name') ?? [];
  if (name === undefined) {
    throw new DbsError(118, 'unable to get block_name value', 'dbs.blockdump.BlockDump', 'invalid parameter(s)');
  }
  const block = tables.get('SELECT * FROM blocks WHERE block_name = ?', name) ?? {};
  const datasetName = name.split('#')[0] ?? '';
  // By the name, as there: a block may be named after another dataset than it belongs to.
  const dataset = tables.get('SELECT * FROM datasets WHERE dataset = ?', datasetName) ?? {};
  const blockId = block['block_id'] ?? null;
  const datasetId = dataset['dataset_id'] ?? null;
  const orNull = <T>(list: T[]) => (list.length === 0 ? null : list);
  const parents = tables.all(
    `SELECT P.dataset AS parent_dataset FROM dataset_parents DP
     JOIN datasets P ON P.dataset_id = DP.parent_dataset_id WHERE DP.this_dataset_id = ?`,
    datasetId,
  );
  return {
    dataset_conf_list: orNull(
      tables.all(
        `SELECT O.release_version, O.pset_hash, O.pset_name, O.app_name, ${CONFIG}
         FROM output_configs O JOIN dataset_configs USING (config_id) WHERE dataset_id = ?`,
        datasetId,
      ),
    ),
    file_conf_list: orNull(
      tables.all(
        `SELECT O.release_version, O.pset_hash, O.pset_name, F.logical_file_name AS lfn, O.app_name, ${CONFIG}
         FROM files F JOIN file_configs FC ON FC.file_id = F.id JOIN output_configs O USING (config_id)
         WHERE F.block_id = ? ORDER BY F.id`,
        blockId,
      ),
    ),
    files: orNull(filesOf(tables, blockId)),
    processing_era:
      tables.get(
        'SELECT create_by, creation_date, processing_version, description FROM processing_eras WHERE processing_version = ?',
        dataset['processing_version'] ?? null,
      ) ?? EMPTY.processing_era,
    primds:
      tables.get('SELECT * FROM primary_datasets WHERE primary_ds_name = ?', dataset['primary_ds_name'] ?? null) ??
      EMPTY.primds,
    dataset: {
      ...EMPTY.dataset,
      ...pick(dataset, [
        ...['dataset_id', 'create_by', 'creation_date', 'physics_group_name', 'dataset_access_type', 'data_tier_name'],
        ...['last_modified_by', 'processed_ds_name', 'xtcrosssection', 'last_modification_date', 'dataset', 'prep_id'],
      ]),
    },
    acquisition_era:
      tables.get(
        'SELECT * FROM acquisition_eras WHERE acquisition_era_name = ?',
        dataset['acquisition_era_name'] ?? null,
      ) ?? EMPTY.acquisition_era,
    block: { ...EMPTY.block, ...block },
    file_parent_list: tables.all(
      `SELECT F.logical_file_name AS this_logical_file_name, P.id AS parent_file_id,
         P.logical_file_name AS parent_logical_file_name
       FROM file_parents FP JOIN files F ON F.id = FP.this_file_id JOIN files P ON P.id = FP.parent_file_id
       WHERE F.block_id = ?`,
      blockId,
    ),
    block_parent_list: tables.all(
      `SELECT DISTINCT B.block_name AS parent_block_name, ? AS this_block_name
       FROM file_parents FP JOIN files F ON F.id = FP.this_file_id JOIN files P ON P.id = FP.parent_file_id
       JOIN blocks B ON B.block_id = P.block_id WHERE F.block_id = ?`,
      name,
      blockId,
    ),
    dataset_parent_list: parents.map((row) => row['parent_dataset']),
    ds_parent_list: parents.map((row) => ({ this_dataset_id: '', ...row })),
  };
}

function filesOf(tables: Tables, blockId: Row[string]): object[] {
  const lumis = new Map<unknown, object[]>();
  const rows = tables.all(
    `SELECT L.* FROM file_lumis L JOIN files F ON F.id = L.file_id WHERE F.block_id = ?`,
    blockId,
  );
  for (const { file_id: fileId, lumi_section_num, run_num, event_count } of rows) {
    const list = lumis.get(fileId) ?? [];
    list.push({ lumi_section_num, run_num, event_count });
    lumis.set(fileId, list);
  }
  return tables.all('SELECT * FROM files WHERE block_id = ? ORDER BY id', blockId).map((file) => ({
    check_sum: file['check_sum'],
    file_lumi_list: lumis.get(file['id']) ?? null,
    ...pick(file, [
      ...['adler32', 'file_size', 'event_count', 'file_type', 'last_modified_by', 'last_modification_date'],
      ...['logical_file_name', 'md5', 'auto_cross_section', 'is_file_valid'],
    ]),
  }));
}

function pick(row: Row, names: string[]): Row {
  return Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name] ?? null]));
}
