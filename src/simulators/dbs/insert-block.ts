import type { BulkBlocksRecord } from './bulkblocks-record.ts';
import { BULKBLOCKS, DbsError } from './dbs-error.ts';
import type { InsertContext } from './insert-dataset.ts';
import { insertFiles } from './insert-files.ts';
import { isUnixTime } from './lexicon.ts';
import type { Tables } from './tables.ts';

const NO_ROW = new DbsError(103, '', 'dbs.GetID', 'sql: no rows in result set');

/** A block has that name, whatever is in it. */
export const isKnownBlock = (tables: Tables, name: string): boolean =>
  tables.get('SELECT 1 FROM blocks WHERE block_name = ?', name) !== undefined;

/** @throws DbsError 200 where a block has that name */
export function refuseKnownBlock(tables: Tables, name: string): void {
  if (!isKnownBlock(tables, name)) return;
  throw new DbsError(200, `Block ${name} already exists`, 'dbs.bulkblocks.checkBlockExist');
}

/** Ids of the parent files by LFN. @throws DbsError 202 for a parent that this DBS does not have */
export function findParents(tables: Tables, record: BulkBlocksRecord): Map<string, number> {
  const parents = new Map<string, number>();
  for (const { parent_logical_file_name: lfn } of record.file_parent_list) {
    const row = tables.get('SELECT id FROM files WHERE logical_file_name = ?', lfn);
    if (!row) throw new DbsError(202, `unable to find parent lfn ${lfn}`, BULKBLOCKS, NO_ROW);
    parents.set(lfn, Number(row['id']));
  }
  return parents;
}

/**
 * Stores the block, its files and all that belongs to them in one transaction.
 * The counts in the block, its name and its relation to the dataset are not looked at.
 * @throws DbsError; nothing is stored then
 */
export function insertBlock(
  context: InsertContext,
  record: BulkBlocksRecord,
  datasetId: number,
  parents: ReadonlyMap<string, number>,
): void {
  context.tables.transaction(() => {
    linkConfigurations(context.tables, record, datasetId);
    refuseKnownBlock(context.tables, record.block.block_name);
    const blockId = insertBlockRow(context, record, datasetId);
    const fileIds = insertFiles(context, record, datasetId, blockId);
    insertFileConfigurations(context, record);
    insertFileParents(context.tables, record, fileIds, parents);
    insertDatasetParents(context, record, datasetId);
  });
}

function linkConfigurations(tables: Tables, record: BulkBlocksRecord, datasetId: number): void {
  const find = `SELECT config_id FROM output_configs WHERE app_name = ? AND pset_hash = ? AND release_version = ?
    AND output_module_label = ? AND global_tag = ?`;
  for (const config of record.dataset_conf_list) {
    const { app_name, pset_hash, release_version, output_module_label, global_tag } = config;
    const row = tables.get(find, app_name, pset_hash, release_version, output_module_label, global_tag);
    const configId = Number(row?.['config_id']);
    tables.insert('dataset_configs', { dataset_id: datasetId, config_id: configId }, 'IGNORE');
  }
}

function insertBlockRow({ tables, hash, createBy, now }: InsertContext, record: BulkBlocksRecord, datasetId: number) {
  const { block } = record;
  const created = block.creation_date || now;
  const author = block.create_by || createBy;
  if (block.block_name === '' || block.origin_site_name === '' || !isUnixTime(created)) {
    const cause = new DbsError(113, 'unable to validate blocks record', 'dbs.blocks.Insert', 'validation error');
    const message = `${hash} unable to find block_id for ${block.block_name}`;
    throw new DbsError(400, message, BULKBLOCKS, new DbsError(110, '', 'dbs.GetRecID', cause));
  }
  return tables.insert('blocks', {
    block_name: block.block_name,
    dataset_id: datasetId,
    open_for_writing: block.open_for_writing,
    origin_site_name: block.origin_site_name,
    block_size: block.block_size,
    file_count: block.file_count,
    creation_date: created,
    create_by: author,
    last_modification_date: created,
    last_modified_by: author,
  });
}

function insertFileConfigurations({ tables, hash }: InsertContext, record: BulkBlocksRecord): void {
  const where = 'dbs.file_output_mod_configs.InsertFileOutputModConfigs';
  const refuse = (cause: DbsError) =>
    new DbsError(312, `${hash} unable to insert file output mod config, error ${cause.message}`, BULKBLOCKS, cause);
  // The release does not take part: that is the server's own query.
  const find = `SELECT config_id FROM output_configs
    WHERE app_name = ? AND pset_hash = ? AND output_module_label = ? AND global_tag = ?`;
  for (const { lfn, app_name, pset_hash, output_module_label, global_tag } of record.file_conf_list) {
    const file = tables.get('SELECT id FROM files WHERE logical_file_name = ?', lfn);
    if (!file) throw refuse(new DbsError(401, `unable to find file_id for ${lfn}`, where, NO_ROW));
    const config = tables.get(find, app_name, pset_hash, output_module_label, global_tag);
    if (!config) throw refuse(new DbsError(103, 'unable to query output mod config', where, NO_ROW.reason));
    tables.insert('file_configs', { file_id: Number(file['id']), config_id: Number(config['config_id']) }, 'IGNORE');
  }
}

function insertFileParents(
  tables: Tables,
  record: BulkBlocksRecord,
  fileIds: ReadonlyMap<string, number>,
  parents: ReadonlyMap<string, number>,
): void {
  for (const link of record.file_parent_list) {
    const lfn = link.logical_file_name || link.this_logical_file_name;
    if (lfn === '') {
      throw new DbsError(119, 'file parent record does not contain LFN', BULKBLOCKS, 'malformed file parent record');
    }
    const fileId = fileIds.get(lfn);
    const parentId = parents.get(link.parent_logical_file_name);
    if (fileId === undefined || parentId === undefined) {
      throw new DbsError(105, `no file id found for '${lfn}'`, BULKBLOCKS, 'unable to locate LFN file id');
    }
    tables.insert('file_parents', { this_file_id: fileId, parent_file_id: parentId }, 'IGNORE');
  }
}

function insertDatasetParents({ tables, hash }: InsertContext, record: BulkBlocksRecord, datasetId: number): void {
  const named = [...record.dataset_parent_list, ...record.ds_parent_list.map(({ parent_dataset: name }) => name)];
  for (const name of new Set(named)) {
    const row = tables.get('SELECT dataset_id FROM datasets WHERE dataset = ?', name);
    if (!row) throw new DbsError(203, `${hash} unable to find dataset_id for ${name}`, BULKBLOCKS, NO_ROW);
    const link = { this_dataset_id: datasetId, parent_dataset_id: Number(row['dataset_id']) };
    tables.insert('dataset_parents', link, 'IGNORE');
  }
  // The database derives the same from the files' parents.
  tables.run(
    `INSERT OR IGNORE INTO dataset_parents SELECT DISTINCT f.dataset_id, p.dataset_id
     FROM file_parents fp JOIN files f ON f.id = fp.this_file_id JOIN files p ON p.id = fp.parent_file_id
     WHERE f.dataset_id = ?`,
    datasetId,
  );
}
