import { describe, expect, it } from 'vitest';
import { blockDump } from '../../../src/adapters/dbs/block-dump.ts';
import type { BlockToPublish } from '../../../src/ports/catalog.ts';
import type { FileMetadata } from '../../../src/ports/crab.ts';

const DATASET = '/GenericTTbar/alice-my-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER';
const LFN = '/store/user/alice/GenericTTbar/my-tag/261122_060000/0000/kk_1.root';

const file = (over: Partial<FileMetadata> = {}): FileMetadata => ({
  lfn: LFN,
  jobId: '1',
  fileType: 'EDM',
  outputDataset: DATASET,
  swVersion: 'CMSSW_12_4_0',
  publishName: 'my-tag-94ba0e06145abd65ccb1d21786dc7e1d',
  globalTag: null,
  events: 300,
  size: 561_301,
  adler32: 'bbe03bd1',
  cksum: '3164535815',
  lumis: [
    { run: 1, lumi: 419 },
    { run: 2, lumi: 7 },
  ],
  ...over,
});

const block = (files: FileMetadata[]): BlockToPublish => ({
  name: `${DATASET}#1af3c2f9-d03f-4dab-a302-27835f78966c`,
  dataset: DATASET,
  originSite: 'T2_CH_CERN',
  files,
});

const config = {
  release_version: 'CMSSW_12_4_0',
  pset_hash: '94ba0e06145abd65ccb1d21786dc7e1d',
  app_name: 'cmsRun',
  output_module_label: 'o',
  global_tag: 'crab3_tag',
};

describe('blockDump', () => {
  it("is what CRAB's publisher writes", () => {
    expect(blockDump(block([file()]))).toEqual({
      dataset_conf_list: [config],
      file_conf_list: [{ ...config, lfn: LFN }],
      files: [
        {
          logical_file_name: LFN,
          file_type: 'EDM',
          check_sum: '3164535815',
          adler32: 'bbe03bd1',
          file_size: 561_301,
          event_count: 300,
          file_lumi_list: [
            { run_num: 1, lumi_section_num: 419 },
            { run_num: 2, lumi_section_num: 7 },
          ],
        },
      ],
      processing_era: { processing_version: 1, description: 'CRAB3_processing_era' },
      primds: { primary_ds_name: 'GenericTTbar', primary_ds_type: 'mc' },
      dataset: {
        dataset: DATASET,
        processed_ds_name: 'alice-my-tag-94ba0e06145abd65ccb1d21786dc7e1d',
        data_tier_name: 'USER',
        dataset_access_type: 'VALID',
        physics_group_name: 'CRAB3',
      },
      acquisition_era: { acquisition_era_name: 'CRAB', start_date: 0 },
      block: {
        block_name: `${DATASET}#1af3c2f9-d03f-4dab-a302-27835f78966c`,
        origin_site_name: 'T2_CH_CERN',
        open_for_writing: 0,
        file_count: 1,
        block_size: 561_301,
      },
      file_parent_list: [],
    });
  });

  it('counts files and bytes, and lists a configuration once', () => {
    const files = [file(), file({ lfn: `${LFN}2`, size: 9 }), file({ lfn: `${LFN}3`, swVersion: 'CMSSW_13_0_0' })];
    expect(blockDump(block(files))).toMatchObject({
      dataset_conf_list: [config, { ...config, release_version: 'CMSSW_13_0_0' }],
      block: { file_count: 3, block_size: 561_301 + 9 + 561_301 },
    });
  });

  it('takes over what the input dataset has', () => {
    const input = { globalTag: '124X_mcRun3_v1', primaryType: 'data', acquisitionEra: 'Run2022C' };
    expect(blockDump(block([file()]), input)).toMatchObject({
      dataset_conf_list: [{ global_tag: '124X_mcRun3_v1' }],
      file_conf_list: [{ global_tag: '124X_mcRun3_v1' }],
      primds: { primary_ds_type: 'data' },
      acquisition_era: { acquisition_era_name: 'Run2022C' },
    });
  });

  it('refuses a name that is no dataset', () => {
    const odd = { ...block([file()]), dataset: '/GenericTTbar/alice/x/USER' };
    expect(() => blockDump(odd)).toThrow(
      expect.objectContaining({ type: 'CatalogRefused', retryable: false }) as Error,
    );
  });
});
