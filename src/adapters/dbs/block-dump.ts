import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { BlockToPublish } from '../../ports/catalog.ts';
import type { FileMetadata } from '../../ports/crab.ts';
import { PortError } from '../../ports/errors.ts';
import { NO_INPUT, type InputDataset } from './input-dataset.ts';

/**
 * The body of `POST bulkblocks` for a block, as CRAB's publisher writes it. DBS makes missing look-up rows (tiers, groups,
 * types) by itself and checks neither counts nor that names agree: what is wrong here would be stored.
 * @throws PortError `CatalogRefused`, not retryable, where the dataset's name has not three parts
 */
export function blockDump(block: BlockToPublish, input: InputDataset = NO_INPUT): object {
  const [primary, processed, tier] = datasetParts(block.dataset);
  const configs = block.files.map((file) => outputConfig(file, input));
  return {
    dataset_conf_list: [...new Map(configs.map((config) => [JSON.stringify(config), config])).values()],
    file_conf_list: block.files.map(({ lfn }, at) => ({ ...configs[at], lfn })),
    files: block.files.map(fileRow),
    processing_era: { processing_version: 1, description: 'CRAB3_processing_era' },
    primds: { primary_ds_name: primary, primary_ds_type: input.primaryType },
    dataset: {
      dataset: block.dataset,
      processed_ds_name: processed,
      data_tier_name: tier,
      dataset_access_type: 'VALID',
      physics_group_name: 'CRAB3',
    },
    acquisition_era: { acquisition_era_name: input.acquisitionEra, start_date: 0 },
    block: {
      block_name: block.name,
      origin_site_name: block.originSite,
      open_for_writing: 0,
      file_count: block.files.length,
      block_size: block.files.reduce((sum, { size }) => sum + size, 0),
    },
    // Parents would have to be in this instance already, which for user datasets they are not.
    file_parent_list: [],
  };
}

function datasetParts(dataset: string): [string, string, string] {
  const [empty, primary, processed, tier, ...rest] = dataset.split('/');
  if (empty === '' && primary && processed && tier && rest.length === 0) return [primary, processed, tier];
  throw new PortError(FAILURE_TYPES.catalogRefused, `not a dataset name: ${dataset}`, { retryable: false });
}

/** What made a file. Files of a dataset share it but for odd releases; each distinct one must be among the dataset's. */
function outputConfig({ swVersion, publishName }: FileMetadata, input: InputDataset): object {
  return {
    release_version: swVersion,
    // The publish name is `<tag>-<hash>`, and tags may hold dashes.
    pset_hash: publishName.slice(publishName.lastIndexOf('-') + 1),
    app_name: 'cmsRun',
    output_module_label: 'o',
    global_tag: input.globalTag,
  };
}

function fileRow(file: FileMetadata): object {
  return {
    logical_file_name: file.lfn,
    // Only EDM files are published; DBS would take any word for a new type.
    file_type: 'EDM',
    // A number here is refused.
    check_sum: String(file.cksum),
    adler32: file.adler32,
    file_size: file.size,
    event_count: file.events,
    file_lumi_list: file.lumis.map(({ run, lumi }) => ({ run_num: run, lumi_section_num: lumi })),
  };
}
