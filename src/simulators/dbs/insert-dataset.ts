import type { BulkBlocksRecord } from './bulkblocks-record.ts';
import { DbsError } from './dbs-error.ts';
import { isUnixTime, isWritable } from './lexicon.ts';
import type { Row, Tables } from './tables.ts';

/** What every part of one insert needs to know. */
export interface InsertContext {
  tables: Tables;
  /** `request <sha256 of the body>`, as DBS names a request in its messages. */
  hash: string;
  createBy: string;
  /** Seconds since 1970. */
  now: number;
  /** `is_file_valid` occurs nowhere in the body. */
  allFilesValid: boolean;
  /** Files that are in another block stay there, and the block goes without them (the sequential path). */
  keepKnownFiles: boolean;
}

/** The cause DBS gives when a row neither was there nor could be made. */
function cannotMake(problem: string): DbsError {
  return new DbsError(110, '', 'dbs.GetRecID', new DbsError(113, problem, 'dbs.Validate', 'validation error'));
}

const isBadDate = (date: number) => date !== 0 && !isUnixTime(date);

/**
 * Stores the output configurations of a block's dataset; missing rows of any kind are made, never refused.
 * @throws DbsError 317 where one of them is incomplete
 */
export function insertConfigurations({ tables, hash, createBy, now }: InsertContext, record: BulkBlocksRecord): void {
  for (const config of record.dataset_conf_list) {
    const required = ['app_name', 'pset_hash', 'release_version', 'output_module_label', 'global_tag'] as const;
    const missing = required.find((name) => config[name] === '');
    if (missing || isBadDate(config.creation_date)) {
      const problem = cannotMake(missing ? `${missing} is required` : 'invalid pattern for creation date');
      throw new DbsError(317, hash, 'dbs.bulkblocks.insertDatasetConfigurations', problem);
    }
    const dated = { ...config, create_by: config.create_by || createBy, creation_date: config.creation_date || now };
    tables.insert('output_configs', dated, 'IGNORE');
  }
}

/**
 * Makes the dataset and what it refers to, as far as they are missing; each row is committed at once and stays whatever
 * becomes of the block. Tells the dataset's id.
 * @throws DbsError 204 to 212, by the row that cannot be made
 */
export function insertDataset({ tables, hash, createBy, now }: InsertContext, record: BulkBlocksRecord): number {
  const { primds, processing_era: processing, acquisition_era: acquisition, dataset } = record;

  /** A row is checked only when it has to be made. */
  const ensure = (
    code: number,
    [where, message]: [string, string],
    [table, key]: [string, Row],
    problem: string | null,
    rest: Row = {},
  ): void => {
    const keys = Object.keys(key).map((column) => `${column} = ?`);
    if (tables.get(`SELECT 1 FROM ${table} WHERE ${keys.join(' AND ')}`, ...Object.values(key))) return;
    if (problem) throw new DbsError(code, `${hash} ${message}`, `dbs.bulkblocks.${where}`, cannotMake(problem));
    tables.insert(table, { ...key, ...rest });
  };
  const ensureName = (code: number, where: string, kind: string, name: string, isGood = true): void => {
    const problem = name === '' ? `${kind} is required` : isGood ? null : `invalid pattern for key=${kind}`;
    ensure(code, [where, `unable to find ${kind}_id for ${kind}='${name}'`], ['names', { kind, name }], problem);
  };

  ensureName(205, 'getPrimaryDatasetTypeID', 'primary_ds_type', primds.primary_ds_type);
  ensure(
    206,
    ['getPrimaryDatasetID', `unable to find primary_ds_id for primary ds name='${primds.primary_ds_name}'`],
    ['primary_datasets', { primary_ds_name: primds.primary_ds_name }],
    primds.primary_ds_name === '' ? 'required' : isBadDate(primds.creation_date) ? 'invalid creation date' : null,
    {
      primary_ds_type: primds.primary_ds_type,
      creation_date: primds.creation_date || now,
      create_by: primds.create_by || createBy,
    },
  );
  ensure(
    207,
    [
      'getProcessingEraID',
      `unable to find processing_era_id for processing version='${processing.processing_version}'`,
    ],
    ['processing_eras', { processing_version: processing.processing_version }],
    processing.processing_version > 0 ? null : 'required,gt=0',
    { creation_date: now, create_by: processing.create_by || createBy, description: processing.description },
  );
  ensure(
    208,
    ['getAcquisitionEraID', `unable to find acquisition_era_id for acq era name='${acquisition.acquisition_era_name}'`],
    ['acquisition_eras', { acquisition_era_name: acquisition.acquisition_era_name }],
    acquisition.acquisition_era_name === '' ? 'required' : null,
    {
      start_date: acquisition.start_date || now,
      end_date: 0,
      creation_date: now,
      create_by: acquisition.create_by || createBy,
      description: acquisition.description,
    },
  );
  const { data_tier_name: tier, processed_ds_name: processedName } = dataset;
  ensureName(209, 'getDataTierID', 'data_tier', tier, isWritable('dataTier', tier));
  ensureName(210, 'getPhysicsGroupID', 'physics_group', dataset.physics_group_name);
  ensureName(211, 'getDatasetAccesssTypeID', 'dataset_access_type', dataset.dataset_access_type);
  ensureName(204, 'getProcessedDSName', 'processed_ds', processedName, isWritable('processedName', processedName));

  const isGood = isWritable('dataset', dataset.dataset) && !isBadDate(dataset.creation_date);
  ensure(
    212,
    ['getDatasetID', `unable to insert dataset='${dataset.dataset}'`],
    ['datasets', { dataset: dataset.dataset }],
    isGood ? null : 'invalid pattern for key=dataset',
    {
      prep_id: dataset.prep_id,
      xtcrosssection: dataset.xtcrosssection,
      creation_date: dataset.creation_date || now,
      create_by: dataset.create_by || createBy,
      last_modification_date: now,
      last_modified_by: dataset.create_by || createBy,
      primary_ds_name: primds.primary_ds_name,
      processed_ds_name: processedName,
      data_tier_name: tier,
      dataset_access_type: dataset.dataset_access_type,
      physics_group_name: dataset.physics_group_name,
      acquisition_era_name: acquisition.acquisition_era_name,
      processing_version: processing.processing_version,
    },
  );
  return Number(tables.get('SELECT dataset_id FROM datasets WHERE dataset = ?', dataset.dataset)?.['dataset_id']);
}
