import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RequestFault } from '../../src/simulators/request-faults.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { startWorld, type World } from '../support/world.ts';
import { Cell, FILES, MatrixReport } from './matrix.ts';

let world: World;
let rig: Rig;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world);
});
afterAll(async () => {
  report.print('Each file in DBS once, whatever becomes of its block', FAULTS.length + 6);
  await rig.close();
  await world.close();
});

const dbsError = (code: number, reason: string): Pick<RequestFault, 'status' | 'body'> => ({
  status: 400,
  body: JSON.stringify([{ error: { code, reason, message: 'dbs' }, exception: 400, type: 'HTTPError' }]),
});

const RATE_LIMIT = {
  status: 429,
  body: 'Limit exceeded\n',
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000)),
  },
};

/** Milliseconds of the outage; all lines run at the same time. */
const MINUTE = 60_000;

/** What happens to the insert of the one block, and how many it takes. */
const FAULTS: [fault: string, script: (cell: Cell) => unknown, posts: number][] = [
  ['none', () => null, 1],
  ['lost answer', (cell) => cell.requests('bulkblocks', { times: 1, action: 'drop-after' }), 1],
  ['answer cut', (cell) => cell.requests('bulkblocks', { times: 1, action: 'cut-after' }), 1],
  ['connection dropped before', (cell) => cell.requests('bulkblocks', { times: 1, action: 'drop-before' }), 2],
  ['killed in mid-insert', ({ datasets }) => world.dbs.insertFaults.dieInMidInsert(2, datasets), 3],
  ['500 before', (cell) => cell.requests('bulkblocks', { times: 1, action: 'answer', status: 500 }), 2],
  ['502 of a front end after', (cell) => cell.requests('bulkblocks', { times: 1, action: 'answer-after', status: 502 }), 1], // prettier-ignore
  ['HTML page with 200', (cell) => cell.requests('bulkblocks', { times: 1, action: 'answer', status: 200 }), 2],
  ['429', (cell) => cell.requests('bulkblocks', { times: 2, action: 'answer', ...RATE_LIMIT }), 3],
  ['ORA-00001', ({ datasets }) => world.dbs.insertFaults.transient(2, datasets), 3],
  [
    'lost answer and look, so that the block name exists (200)',
    (cell) => {
      cell.requests('bulkblocks', { times: 1, action: 'drop-after' });
      cell.requests('files', { method: 'GET', times: 1, action: 'answer', status: 503 });
    },
    2,
  ],
  ['outage of a minute', (cell) => cell.outage(MINUTE), 1],
  [
    'lost answer, and an outage of a minute behind it',
    (cell) => {
      cell.requests('bulkblocks', { times: 1, delayMs: 500, action: 'drop-after' });
      const isUnderWay = (): void => expect(cell.posts.seen).toBe(1);
      void vi.waitFor(isUnderWay, { timeout: MINUTE, interval: 20 }).then(() => cell.outage(MINUTE));
    },
    2,
  ],
  [
    'sequential path: lost answer and look, so that it is a 200 that does nothing',
    (cell) => {
      world.dbs.insertFaults.sequential(cell.datasets);
      cell.requests('bulkblocks', { times: 1, action: 'drop-after' });
      cell.requests('files', { method: 'GET', times: 1, action: 'answer', status: 503 });
    },
    2,
  ],
];
const report = new MatrixReport();

describe.concurrent('each file in DBS once', () => {
  test.each(FAULTS)(
    '%s',
    async (fault, script, posts) => {
      const cell = new Cell({ world, rig }, fault);
      await cell.lay();
      script(cell);
      const totals = await cell.run();
      expect(totals.publication).toEqual({ DONE: FILES });
      expect([...cell.times().values()]).toEqual(cell.lfns.map(() => 1));
      expect(cell.blocks()).toEqual([FILES]);
      expect(cell.posts.seen).toBe(posts);
      expect(cell.accepted).toBe(1);
      report.add(cell, totals);
    },
    2 * MINUTE,
  );

  test('310: one file is in DBS already, another one in a dataset that is not ours', async () => {
    const cell = new Cell({ world, rig }, '310 for files that are in DBS already');
    await cell.lay();
    await cell.publishElsewhere([cell.lfn(2)]);
    await cell.publishElsewhere([cell.lfn(3)], `${cell.dataset.slice(0, -4)}OTHER`);
    const totals = await cell.run();
    expect(totals.publication).toEqual({ DONE: 3, FAILED: 1 });
    expect([...cell.times().values()]).toEqual([1, 1, 1, 1]);
    expect(cell.blocks()).toEqual([1, 2]);
    expect(await reasonOf(cell, 3)).toMatch(/^differs-in-DBS: it is in dataset .*OTHER$/);
    report.add(cell, totals);
  });

  test('310: DBS refuses one file among good ones and does not say which', async () => {
    const cell = new Cell({ world, rig }, '310 for a file that DBS does not name');
    await cell.lay();
    const refusal = dbsError(310, 'concurrency error');
    cell.requests('bulkblocks', { containing: cell.lfn(3), action: 'answer', ...refusal });
    const totals = await cell.run();
    expect(totals.publication).toEqual({ DONE: 3, FAILED: 1 });
    expect([...cell.times()].filter(([, times]) => times === 1).map(([lfn]) => lfn)).toEqual(
      cell.lfns.filter((lfn) => lfn !== cell.lfn(3)),
    );
    expect(await reasonOf(cell, 3)).toBe('DBS 310: dbs: concurrency error');
    report.add(cell, totals);
  });

  test('a block that is too large for the front end, in parts', async () => {
    const cell = new Cell({ world, rig }, '413 of a front end');
    await cell.lay();
    // Each refusal is believed when it comes twice.
    cell.requests('bulkblocks', { times: 2, action: 'answer', status: 413 });
    const totals = await cell.run();
    expect(totals.publication).toEqual({ DONE: FILES });
    expect([...cell.times().values()]).toEqual([1, 1, 1, 1]);
    expect(cell.blocks()).toEqual([2, 2]);
    report.add(cell, totals);
  });

  test('metadata of one file that make no sense', async () => {
    const cell = new Cell({ world, rig }, 'a negative lumi section in CRAB’s metadata');
    await cell.lay();
    const known = world.crab.books.metadataOf(cell.work.name, cell.lfn(2))!;
    world.crab.books.addMetadata(cell.work.name, { ...known, runlumi: { '1': { '-20': '10' } } });
    const totals = await cell.run();
    expect(totals.publication).toEqual({ DONE: 3, FAILED: 1 });
    expect(cell.times().get(cell.lfn(2))).toBe(0);
    expect(cell.blocks()).toEqual([3]);
    expect(await reasonOf(cell, 2)).toMatch(/^metadata-unusable: runlumi/);
    report.add(cell, totals);
  });

  test('a name that DBS does not take, among good ones', async () => {
    const cell = new Cell({ world, rig }, 'an LFN that DBS does not take');
    await cell.lay();
    const bad = await cell.work.job({ jobId: '9', area: `GenericTTbar/tag/v1.2/${cell.work.mark}` });
    cell.reports.push(bad);
    const totals = await cell.run();
    expect(totals.publication).toEqual({ DONE: FILES, FAILED: 1 });
    expect(cell.times().get(cell.lfn(FILES + 1))).toBe(0);
    expect(cell.blocks()).toEqual([FILES]);
    expect(await reasonOf(cell, FILES + 1)).toMatch(/^lfn-refused-by-DBS/);
    report.add(cell, totals);
  });

  test('sequential path: files that are in DBS already leave the second block without them', async () => {
    const cell = new Cell({ world, rig }, 'sequential path: an empty second block');
    await cell.lay();
    world.dbs.insertFaults.sequential(cell.datasets);
    await cell.publishElsewhere(cell.lfns);
    const totals = await cell.run();
    expect(totals.publication).toEqual({ DONE: FILES });
    expect([...cell.times().values()]).toEqual([1, 1, 1, 1]);
    expect(cell.blocks()).toEqual([FILES, 0]);
    report.add(cell, totals);
  });
});

async function reasonOf(cell: Cell, n: number): Promise<string | null | undefined> {
  const files = await cell.work.files();
  return files.find(({ detail }) => detail?.destinationLfn === cell.lfn(n))?.detail?.publicationReason;
}
