import type { Decoded, GoStruct } from './go-json.ts';

const DATASET_CONFIG = {
  name: 'DatasetConfig',
  fields: {
    release_version: 'string',
    pset_hash: 'string',
    pset_name: 'string',
    app_name: 'string',
    output_module_label: 'string',
    global_tag: 'string',
    create_by: 'string',
    creation_date: 'int64',
  },
} as const satisfies GoStruct;

const FILE = {
  name: 'File',
  fields: {
    check_sum: 'string',
    file_lumi_list: {
      listOf: {
        name: 'FileLumi',
        fields: { lumi_section_num: 'int64', run_num: 'int64', event_count: 'int64' },
      },
    },
    adler32: 'string',
    file_size: 'int64',
    event_count: 'int64',
    file_type: 'string',
    last_modified_by: 'string',
    last_modification_date: 'int64',
    logical_file_name: 'string',
    md5: 'string',
    auto_cross_section: 'float64',
    is_file_valid: 'int64',
  },
} as const satisfies GoStruct;

const DATASET = {
  name: 'Dataset',
  fields: {
    dataset_id: 'int64',
    create_by: 'string',
    creation_date: 'int64',
    physics_group_name: 'string',
    dataset_access_type: 'string',
    data_tier_name: 'string',
    last_modified_by: 'string',
    processed_ds_name: 'string',
    xtcrosssection: 'float64',
    last_modification_date: 'int64',
    dataset: 'string',
    prep_id: 'string',
  },
} as const satisfies GoStruct;

const BLOCK = {
  name: 'Block',
  fields: {
    block_id: 'int64',
    dataset_id: 'int64',
    create_by: 'string',
    creation_date: 'int64',
    open_for_writing: 'int64',
    block_name: 'string',
    file_count: 'int64',
    origin_site_name: 'string',
    block_size: 'int64',
    last_modified_by: 'string',
    last_modification_date: 'int64',
  },
} as const satisfies GoStruct;

/** The body of `bulkblocks`, field by field as the server declares it. */
export const BULK_BLOCKS = {
  name: 'BulkBlocks',
  fields: {
    dataset_conf_list: { listOf: DATASET_CONFIG },
    file_conf_list: { listOf: { name: 'FileConfig', fields: { ...DATASET_CONFIG.fields, lfn: 'string' } } },
    files: { listOf: FILE },
    processing_era: {
      name: 'ProcessingEra',
      fields: { create_by: 'string', creation_date: 'int64', processing_version: 'int64', description: 'string' },
    },
    primds: {
      name: 'PrimaryDataset',
      fields: {
        primary_ds_id: 'int64',
        create_by: 'string',
        primary_ds_type: 'string',
        primary_ds_name: 'string',
        creation_date: 'int64',
      },
    },
    dataset: DATASET,
    acquisition_era: {
      name: 'AcquisitionEra',
      fields: {
        acquisition_era_name: 'string',
        start_date: 'int64',
        creation_date: 'int64',
        end_date: 'int64',
        create_by: 'string',
        description: 'string',
      },
    },
    block: BLOCK,
    file_parent_list: {
      listOf: {
        name: 'FileParentRecord',
        fields: { logical_file_name: 'string', this_logical_file_name: 'string', parent_logical_file_name: 'string' },
      },
    },
    block_parent_list: {
      listOf: { name: 'BlockParent', fields: { parent_block_name: 'string', this_block_name: 'string' } },
    },
    dataset_parent_list: { listOf: 'string' },
    ds_parent_list: {
      listOf: { name: 'DatasetParent', fields: { this_dataset_id: 'string', parent_dataset: 'string' } },
    },
  },
} as const satisfies GoStruct;

export type BulkBlocksRecord = Decoded<typeof BULK_BLOCKS>;
