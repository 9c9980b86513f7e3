import { afterAll, beforeAll, expect, test } from 'vitest';
import { blockDump } from '../../src/adapters/dbs/block-dump.ts';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { rowsIn, rowsOf } from '../support/crab-rows.ts';
import { startPuller, type TestPuller } from '../support/pullers.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { datasetOf, PSET_HASH, startWorld, type World } from '../support/world.ts';

let world: World;
let rig: Rig;
let pull: TestPuller;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, { policy: { crabBookkeeping: true, blockTimeout: 1 } });
  pull = startPuller(world, rig, 'aso-pull');
});
afterAll(async () => {
  await pull.close();
  await rig.close();
  await world.close();
});

const INPUT = '/TTbarData/Run2022C-v1/RAW';

/** A request as PostJob makes it. */
async function crab(method: 'PUT' | 'POST', resource: string, fields: [string, unknown][]): Promise<void> {
  const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, String(value)]));
  const answer = await fetch(`${world.crab.restUrl}/${resource}`, { method, body });
  expect(answer.status, await answer.text()).toBe(200);
}

/** The input dataset is in DBS, as that of data. */
async function publishInput(): Promise<void> {
  const dump = blockDump(
    { name: `${INPUT}#1`, dataset: INPUT, originSite: 'T1_US_FNAL', files: [inputFile] },
    { globalTag: '124X_dataRun3_v9', primaryType: 'data', acquisitionEra: 'Run2022C' },
  );
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(dump);
  const answer = await fetch(`${world.dbs.writerUrl}/bulkblocks`, { method: 'POST', headers, body });
  expect(await answer.text()).toBe('[]');
}

const inputFile = {
  ...{ lfn: '/store/user/x/Run/t/in.root', jobId: '1', fileType: 'EDM', outputDataset: INPUT },
  ...{ swVersion: 'CMSSW_13_0_10', publishName: 'x-1', globalTag: null, events: 1, size: 1 },
  ...{ adler32: '00000001', cksum: '1', lumis: [{ run: 1, lumi: 1 }] },
};

/** PUT `filemetadata` of one output, after its transfer. */
const uploadMetadata = (work: TestTask, jobId: string, file: FileRecord): Promise<void> =>
  crab('PUT', 'filemetadata', [
    ...Object.entries({
      ...{ taskname: work.name, jobid: jobId, outsize: file.size, publishdataname: `tag-${PSET_HASH}` },
      ...{ appver: 'CMSSW_13_0_10', outtype: 'EDM', checksummd5: 'asda', checksumcksum: 3164535815 },
      ...{ checksumadler32: file.adler32, acquisitionera: 'null', events: 300, outlocation: file.destination },
      ...{ outtmplocation: file.source, outlfn: file.destinationLfn, outdatasetname: file.dataset, globalTag: 'None' },
    }),
    ['outfileruns', '1'],
    ['outfileruns', '2'],
    ['outfilelumis', `${jobId}0:300,${jobId}1:12`],
    ['outfilelumis', '5:1'],
  ]);

const rowsOfDbs = async (api: string, query: string): Promise<unknown> =>
  (await fetch(`${world.dbs.readerUrl}/${api}?${query}`)).json();

test('CRAB as it is, over its REST alone: publish 0, metadata after DONE, then the flag; each file once in DBS', async () => {
  await publishInput();
  const work = new TestTask(world, rig);
  world.crab.books.addTask(work.name, {
    ...{ tm_publish_dbs_url: world.dbs.writerUrl, tm_dbs_url: world.dbs.readerUrl, tm_input_dataset: INPUT },
  });
  const dataset = datasetOf(work.name).replace('/GenericTTbar/', '/TTbarData/');
  const reports: JobReport[] = [];
  for (const jobId of ['1', '2'])
    reports.push(await work.job({ jobId, outputs: 2, log: true, publish: false, dataset }));
  const outputs = reports.flatMap(({ jobId, files }) =>
    files.flatMap((file) => (file.type === 'output' ? [{ jobId, file }] : [])),
  );
  for (const { file } of outputs) world.crab.books.removeMetadata(work.name, file.destinationLfn);
  for (const row of reports.flatMap((report) => rowsOf(work.name, report)))
    await crab('PUT', 'fileusertransfers', [
      ...Object.entries({
        ...{ id: row.tm_id, username: row.tm_username, taskname: row.tm_taskname, start_time: row.tm_start_time },
        ...{ destination: row.tm_destination, destination_lfn: row.tm_destination_lfn, source: row.tm_source },
        ...{ source_lfn: row.tm_source_lfn, filesize: row.tm_filesize, publish: 0, transfer_state: 'NEW' },
        ...{ publication_state: 'NOT_REQUIRED', job_id: row.tm_jobid, job_retry_count: 0, type: row.tm_type },
      }),
    ]);
  const rows = () => reports.flatMap((report) => rowsIn(world, report));
  await pull.puller.round();
  await expect.poll(() => rows().map((row) => row?.transfer), { timeout: 30_000 }).toEqual(Array(6).fill('DONE'));
  await pull.puller.round();
  expect((await work.status()).publication).toEqual({ NOT_REQUIRED: 6 });
  expect(work.published()).toEqual([]);

  for (const { jobId, file } of outputs) await uploadMetadata(work, jobId, file);
  for (const { file } of outputs)
    await crab('POST', 'filetransfers', [
      ...Object.entries({
        ...{ subresource: 'updatePublication', publish_flag: 1, list_of_ids: file.id },
        ...{ list_of_publication_state: 'NEW', asoworker: '%' },
      }),
    ]);
  const lfns = outputs.map(({ file }) => file.destinationLfn).sort();
  const published = async (): Promise<string[]> => {
    await pull.puller.round();
    return work.published();
  };
  await expect.poll(published, { timeout: 30_000 }).toEqual(lfns);
  expect(await work.finish()).toMatchObject({ transfer: { DONE: 6 }, publication: { DONE: 4, NOT_REQUIRED: 2 } });
  await expect
    .poll(() => rows().map((row) => row?.publication))
    .toEqual(['DONE', 'DONE', 'NOT_REQUIRED', 'DONE', 'DONE', 'NOT_REQUIRED']);
  expect(work.copies()).toHaveLength(6);

  // As the input dataset has it; lumi sections as CRAB uploaded them.
  const inDbs = world.dbs.books.files().filter(({ lfn }) => lfn.includes(work.mark));
  expect(inDbs.map((file) => [file.dataset, file.events, file.lumis])).toEqual(lfns.map(() => [dataset, 300, 3]));
  expect(await rowsOfDbs('datasets', `detail=true&dataset=${dataset}`)).toMatchObject([
    {
      ...{ primary_ds_name: 'TTbarData', primary_ds_type: 'data', acquisition_era_name: 'Run2022C' },
      ...{ data_tier_name: 'USER', physics_group_name: 'CRAB3', dataset_access_type: 'VALID' },
    },
  ]);
  expect(await rowsOfDbs('outputconfigs', `dataset=${dataset}`)).toMatchObject([
    {
      ...{ release_version: 'CMSSW_13_0_10', pset_hash: PSET_HASH, app_name: 'cmsRun' },
      ...{ output_module_label: 'o', global_tag: '124X_dataRun3_v9' },
    },
  ]);
});
