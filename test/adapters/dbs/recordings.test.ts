import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnonymousDispatchers, NO_USER } from '../../../src/adapters/credentials/dispatchers.ts';
import { blockDump } from '../../../src/adapters/dbs/block-dump.ts';
import { findCatalogFiles, lfnsOfBlock } from '../../../src/adapters/dbs/catalog-files.ts';
import { createDbsClient, type DbsClient } from '../../../src/adapters/dbs/dbs-client.ts';
import { describeInput } from '../../../src/adapters/dbs/input-dataset.ts';
import { publishOnce } from '../../../src/adapters/dbs/publish-block.ts';
import type { FileMetadata } from '../../../src/ports/crab.ts';
import { startDbsSimulator, type DbsSimulator } from '../../../src/simulators/dbs/dbs-simulator.ts';

/** Exchanges with a real dbs2go: what the adapter makes of its answers, word for word as they came. */
const FOLDER = new URL('../../fixtures/dbs/', import.meta.url);

const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

function recorded(name: string): Answer {
  const [head = '', ...body] = textOf(`${name}.response.http`).split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  // The simulator sends its own dates, and bodies in one piece.
  const fields = lines.map((line) => line.split(/: (.*)/, 2)).filter(([field]) => !/^(date|transfer-)/i.test(field!));
  return {
    status: Number(status.split(' ')[1]),
    headers: Object.fromEntries(fields.map(([field = '', value = '']) => [field.toLowerCase(), value])),
    body: body.join('\r\n\r\n'),
  };
}

/** What counts here of a block's body. */
interface Dump {
  dataset: { dataset: string };
  dataset_conf_list: { release_version: string; pset_hash: string }[];
  block: { block_name: string; origin_site_name: string };
  files: DumpedFile[];
}

interface DumpedFile {
  logical_file_name: string;
  check_sum: string;
  adler32: string;
  event_count: number;
  file_size: number;
  file_lumi_list: { run_num: number; lumi_section_num: number }[];
}

/** The block of recording 01, which most of the others are about. */
const PUBLISHED = JSON.parse(textOf('01-bulkblocks-ok.request.http').split('\r\n\r\n')[1] ?? '') as Dump;
const LFNS = PUBLISHED.files.map((file) => file.logical_file_name);

const dispatchers = createAnonymousDispatchers();
const client: DbsClient = createDbsClient(dispatchers);
const understood = new Set<string>();

/** A server that answers everything as recorded. */
async function answering<Result>(name: string, ask: (simulator: DbsSimulator) => Promise<Result>): Promise<Result> {
  understood.add(name);
  const simulator = await startDbsSimulator();
  simulator.server.faults.add({ path: '.', action: 'answer', ...recorded(name) });
  try {
    return await ask(simulator);
  } finally {
    await simulator.close();
  }
}

const read = ({ readerUrl }: DbsSimulator) => ({ reader: readerUrl, credential: NO_USER, timeoutMs: 5000 });
const insert = ({ writerUrl }: DbsSimulator) =>
  client({ service: writerUrl, api: 'bulkblocks', credential: NO_USER, body: {}, compress: true, timeoutMs: 5000 });

afterAll(() => dispatchers.close());

describe('answers of dbs2go', () => {
  it('an insert: 200 and an empty list', async () => {
    expect(await answering('01-bulkblocks-ok', insert)).toEqual({ kind: 'rows', rows: [] });
  });

  it.each([
    ['17-bulkblocks-same-again', 200, /^Block \/GenericTTbar\S+ already exists$/],
    ['18-bulkblocks-same-files-new-block', 310, /^unable to insert file record: concurrency error$/],
    ['24-bad-lfn-not-root', 310, /^unable to insert file record: concurrency error$/],
    ['29-bad-check_sum-int', 122, /check_sum of type string$/],
  ])('a refusal: %s', async (name, code, reason) => {
    const answer = await answering(name, insert);
    expect(answer).toEqual({ kind: 'refused', code, reason: expect.stringMatching(reason) as string });
  });

  it('a rate limit: waited for', async () => {
    await expect(answering('01-rate-limited-429', insert)).rejects.toMatchObject({
      ...{ type: 'CatalogUnavailable', retryable: true },
      message: expect.stringMatching(/HTTP 429: Limit exceeded$/) as string,
    });
  });

  it('files of a block', async () => {
    const { block_name: block } = PUBLISHED.block;
    expect(await answering('09-files-detail', (dbs) => lfnsOfBlock(client, read(dbs), block))).toEqual(LFNS);
  });

  it('files by LFN, with all that decides whether they are ours', async () => {
    const files = await answering('107-fileArray', (dbs) => findCatalogFiles(client, read(dbs), ['/store/x.root']));
    expect(files).toHaveLength(3);
    const dataset = '/GenericTTbar/jdoe-extra_c448b921child-d41d8cd98f00b204e9800998ecf8427e/USER';
    expect(files.at(-1)).toEqual({
      lfn: '/store/user/jdoe/GenericTTbar/extra_c448b921child/261122_060000/0000/output_3.root',
      ...{ dataset, block: `${dataset}#c113c9de-57e7-41ad-bfa1-6f4fd76c7f6f` },
      ...{ size: 2_012_211_003, adler32: '1a2b3c03', valid: true },
    });
  });

  it('a block by its name', async () => {
    const question = { api: 'blocks', query: { block_name: PUBLISHED.block.block_name }, credential: NO_USER };
    const answer = await answering('06-blocks-by-name', (dbs) =>
      client({ ...question, service: dbs.readerUrl, timeoutMs: 5000 }),
    );
    expect(answer).toEqual({ kind: 'rows', rows: [{ block_name: PUBLISHED.block.block_name }] });
  });

  it.each([
    ['02-datasets-detail', { primaryType: 'mc', acquisitionEra: 'CRAB', globalTag: 'crab3_tag' }],
    ['15-datasets-none', { primaryType: 'mc', acquisitionEra: 'CRAB', globalTag: 'crab3_tag' }],
  ])('an input dataset: %s', async (name, described) => {
    const of = ({ readerUrl, writerUrl }: DbsSimulator) => ({
      ...{ inputDataset: PUBLISHED.dataset.dataset, dbsUrl: readerUrl, publishDbsUrl: writerUrl },
    });
    expect(await answering(name, (dbs) => describeInput(client, of(dbs), NO_USER, 5000))).toEqual(described);
  });
});

describe('blocks', () => {
  let dbs: DbsSimulator;
  beforeAll(async () => void (dbs = await startDbsSimulator()));
  afterAll(() => dbs.close());

  /** What CRAB must have said for the adapter to write this. */
  const blockIn = (dump: Dump) => ({
    name: dump.block.block_name,
    dataset: dump.dataset.dataset,
    originSite: dump.block.origin_site_name,
    files: dump.files.map((file): FileMetadata => ({
      ...{ lfn: file.logical_file_name, jobId: '1', fileType: 'EDM', outputDataset: dump.dataset.dataset },
      ...{ swVersion: dump.dataset_conf_list[0]!.release_version, globalTag: null },
      publishName: `a-tag-${dump.dataset_conf_list[0]!.pset_hash}`,
      ...{ events: file.event_count, size: file.file_size, adler32: file.adler32, cksum: file.check_sum },
      lumis: file.file_lumi_list.map(({ run_num: run, lumi_section_num: lumi }) => ({ run, lumi })),
    })),
  });

  it('are written as CRAB’s own publisher wrote them', () => {
    understood.add('crab-publisher-blockdump');
    const written = JSON.parse(textOf('crab-publisher-blockdump.json')) as Dump;
    // Accepted by the server, and ignored.
    expect(written.dataset).toHaveProperty('last_modification_date');
    delete (written.dataset as Record<string, unknown>)['last_modification_date'];
    expect(blockDump(blockIn(written))).toEqual(written);
  });

  it('are found published where somebody has inserted the dump of one, parents included', async () => {
    understood.add('14-blockdump');
    const dumped = JSON.parse(recorded('14-blockdump').body) as Dump;
    const post = (body: object): Promise<Response> =>
      fetch(`${dbs.writerUrl}/bulkblocks`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(body),
      });
    const parent = { ...dumped.files[0], logical_file_name: '/store/user/jdoe/Parent/t/x.root' };
    const ofParent = { ...dumped, files: [parent], file_conf_list: [] };
    const parentDataset = '/Parent/jdoe-t-1/USER';
    await post({
      ...ofParent,
      block: { ...dumped.block, block_name: `${parentDataset}#1` },
      dataset: { ...dumped.dataset, dataset: parentDataset },
    });
    const parents = dumped.files.map((file) => ({
      this_logical_file_name: file.logical_file_name,
      parent_logical_file_name: parent.logical_file_name,
    }));
    const answer = await post({
      ...dumped,
      file_parent_list: parents,
      ds_parent_list: [{ parent_dataset: parentDataset }],
    });
    expect(await answer.text()).toBe('[]');

    const block = blockIn(dumped);
    const outcome = await publishOnce(
      client,
      { writer: dbs.writerUrl, timeoutMs: 5000 },
      read(dbs),
      block,
      blockDump(block),
    );
    expect(outcome).toEqual({ kind: 'published' });
    expect(dbs.books.files()).toHaveLength(4);
  });
});

it('leaves out no recording', () => {
  const names = readdirSync(FOLDER).map((file) => file.replace(/\.(request|response)\.http$|\.json$/, ''));
  expect([...understood].sort()).toEqual([...new Set(names)].sort());
});
