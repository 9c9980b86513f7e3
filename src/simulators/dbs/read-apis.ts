import { DbsError } from './dbs-error.ts';
import { Conditions, isDetailed, type Parameters } from './parameters.ts';
import type { Row, Tables } from './tables.ts';

/** An API that answers rows. */
export type ReadApi = (tables: Tables, parameters: Parameters) => Row[];

/** Blocks by dataset, name or file. @throws DbsError 118 where none of these is given */
export function blocks(tables: Tables, parameters: Parameters): Row[] {
  const required = ['dataset', 'block_name', 'data_tier_name', 'logical_file_name'];
  if (!required.some((name) => parameters.has(name))) {
    const message = `Blocks API requires one of the following: [${required.join(' ')}]`;
    throw new DbsError(118, message, 'dbs.blocks.Blocks', 'invalid parameter(s)');
  }
  const conditions = new Conditions();
  const byFile = parameters.get('logical_file_name')?.length === 1;
  if (byFile) conditions.match(parameters, 'logical_file_name', 'F.logical_file_name');
  conditions.match(parameters, 'block_name', 'B.block_name');
  conditions.match(parameters, 'dataset', 'D.dataset');
  conditions.match(parameters, 'origin_site_name', 'B.origin_site_name');
  const columns = isDetailed(parameters) ? 'B.*, D.dataset' : 'B.block_name';
  return tables.all(
    `SELECT ${columns} FROM blocks B JOIN datasets D USING (dataset_id)
     ${byFile ? 'JOIN files F ON F.block_id = B.block_id' : ''} ${conditions.where} ORDER BY B.block_id`,
    ...conditions.values,
  );
}

const FILE_DETAIL = `F.shown_id AS file_id, F.logical_file_name, F.is_file_valid, F.dataset_id, D.dataset, F.block_id,
  B.block_name, T.id AS file_type_id, F.file_type, F.check_sum, F.event_count, F.file_size, NULL AS branch_hash_id,
  F.adler32, F.md5, F.auto_cross_section, F.creation_date, F.create_by, F.last_modification_date, F.last_modified_by`;

/**
 * Files by dataset, block, LFN or configuration; also what `fileArray` answers. Without a condition that holds (an empty
 * list of LFNs is none) every file of the instance is answered, as there.
 * @throws DbsError 118 where there is no parameter at all
 */
export function files(tables: Tables, parameters: Parameters): Row[] {
  if (parameters.size === 0) {
    throw new DbsError(118, 'Files API with empty parameter map', 'dbs.files.Files', 'invalid parameter(s)');
  }
  const conditions = new Conditions();
  if (parameters.get('validFileOnly')?.join() === '1') {
    conditions.add(`F.is_file_valid = 1 AND D.dataset_access_type IN ('VALID', 'PRODUCTION')`);
  } else {
    conditions.add('F.is_file_valid <> -1');
  }
  conditions.match(parameters, 'dataset', 'D.dataset');
  conditions.match(parameters, 'block_name', 'B.block_name');
  conditions.match(parameters, 'origin_site_name', 'B.origin_site_name');
  conditions.matchAny(parameters, 'logical_file_name', 'F.logical_file_name');
  for (const name of ['release_version', 'pset_hash', 'app_name', 'output_module_label']) {
    const [value] = parameters.get(name) ?? [];
    if (value === undefined) continue;
    const configurations = 'SELECT 1 FROM file_configs JOIN output_configs USING (config_id)';
    conditions.add(`EXISTS (${configurations} WHERE file_id = F.id AND ${name} = ?)`, value);
  }
  return tables.all(
    `SELECT ${isDetailed(parameters) ? FILE_DETAIL : 'F.logical_file_name'}
     FROM files F JOIN datasets D USING (dataset_id) JOIN blocks B ON B.block_id = F.block_id
     JOIN names T ON T.kind = 'file_type' AND T.name = F.file_type ${conditions.where} ORDER BY F.id`,
    ...conditions.values,
  );
}

/** Datasets; only those of access type VALID unless `dataset_access_type` says otherwise (`*`: any). */
export function datasets(tables: Tables, parameters: Parameters): Row[] {
  const conditions = new Conditions();
  conditions.matchAny(parameters, 'dataset', 'D.dataset');
  const accessType = parameters.get('dataset_access_type')?.[0] || 'VALID';
  if (accessType !== '*') conditions.add('D.dataset_access_type = ?', accessType);
  for (const name of ['primary_ds_name', 'processed_ds_name', 'data_tier_name', 'physics_group_name', 'prep_id']) {
    conditions.match(parameters, name, `D.${name}`);
  }
  conditions.match(parameters, 'processing_version', 'CAST(D.processing_version AS TEXT)');
  conditions.match(parameters, 'create_by', 'D.create_by');
  conditions.match(parameters, 'last_modified_by', 'D.last_modified_by');
  const byFile = parameters.has('logical_file_name');
  conditions.match(parameters, 'logical_file_name', 'F.logical_file_name');
  return tables.all(
    `SELECT ${isDetailed(parameters) ? 'D.*, P.primary_ds_type' : 'D.dataset'}
     FROM datasets D JOIN primary_datasets P USING (primary_ds_name)
     ${byFile ? 'JOIN files F ON F.dataset_id = D.dataset_id' : ''} ${conditions.where} ORDER BY D.dataset_id`,
    ...conditions.values,
  );
}

/** Output configurations, of a dataset or a file where one is named. */
export function outputconfigs(tables: Tables, parameters: Parameters): Row[] {
  const conditions = new Conditions();
  conditions.match(parameters, 'dataset', 'D.dataset');
  conditions.match(parameters, 'logical_file_name', 'F.logical_file_name');
  for (const name of ['app_name', 'release_version', 'pset_hash', 'output_module_label', 'global_tag']) {
    conditions.match(parameters, name, `O.${name}`);
  }
  const isOfDataset = parameters.get('dataset')?.length === 1;
  const isOfFile = parameters.get('logical_file_name')?.length === 1;
  return tables.all(
    `SELECT O.release_version, O.pset_hash, O.pset_name, O.app_name, O.output_module_label, O.global_tag,
       O.creation_date, O.create_by
     FROM output_configs O
     ${isOfDataset ? 'JOIN dataset_configs USING (config_id) JOIN datasets D USING (dataset_id)' : ''}
     ${isOfFile ? 'JOIN file_configs FC USING (config_id) JOIN files F ON F.id = FC.file_id' : ''}
     ${conditions.where}`,
    ...conditions.values,
  );
}
