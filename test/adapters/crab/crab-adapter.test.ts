import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCrabAdapter } from '../../../src/adapters/crab/crab-adapter.ts';
import { createAnonymousDispatchers, type Dispatchers } from '../../../src/adapters/credentials/dispatchers.ts';
import type { CrabPort } from '../../../src/ports/crab.ts';
import { startCrabSimulator, type CrabSimulator } from '../../../src/simulators/crab/crab-simulator.ts';

const TASK = '261122_060000:jdoe_crab_test';
const lfnOf = (n: number): string => `/store/user/jdoe/GenericTTbar/tag/261122_060000/0000/out_${n}.root`;

let simulator: CrabSimulator;
let dispatchers: Dispatchers;
let crab: CrabPort;

async function start(options = {}): Promise<void> {
  simulator = await startCrabSimulator(options);
  crab = createCrabAdapter({ url: simulator.restUrl, dispatchers, worker: 'aso', timeoutMs: 1000 });
}

beforeEach(() => {
  dispatchers = createAnonymousDispatchers();
  return start();
});

afterEach(async () => {
  await dispatchers.close();
  await simulator.close();
});

describe('fileMetadata', () => {
  it('tells what DBS needs', async () => {
    simulator.books.addMetadata(TASK, {
      lfn: lfnOf(1),
      jobid: '12',
      runlumi: { '1': { '419': '300', '420': 'None' }, '2': { '7': '1' } },
      adler32: 'BE03BD1',
    });
    expect([...(await crab.fileMetadata(TASK, [lfnOf(1)])).values()]).toEqual([
      {
        lfn: lfnOf(1),
        jobId: '12',
        fileType: 'EDM',
        outputDataset: '/GenericTTbar/jdoe-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER',
        swVersion: 'CMSSW_12_4_0',
        publishName: 'tag-94ba0e06145abd65ccb1d21786dc7e1d',
        globalTag: null,
        events: 300,
        size: 561_301,
        adler32: '0be03bd1',
        cksum: '3164535815',
        lumis: [
          { run: 1, lumi: 419 },
          { run: 1, lumi: 420 },
          { run: 2, lumi: 7 },
        ],
      },
    ]);
  });

  it.each([[false], [true]])(
    'asks for 10 LFNs a call; unknown ones are absent (repeated refused: %s)',
    async (refuse) => {
      await simulator.close();
      await start({ refuseRepeatedLists: refuse });
      const lfns = Array.from({ length: 25 }, (_, n) => lfnOf(n));
      for (const lfn of lfns.slice(1)) simulator.books.addMetadata(TASK, { lfn });
      const found = await crab.fileMetadata(TASK, lfns);
      expect([...found.keys()]).toEqual(lfns.slice(1));
      // Where repeated arguments are refused, that is found out once.
      expect(simulator.server.counts['GET /crabserver']).toBe(refuse ? 4 : 3);
      await crab.fileMetadata(TASK, lfns);
      expect(simulator.server.counts['GET /crabserver']).toBe(refuse ? 7 : 6);
    },
  );

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a run that is no number', { runlumi: { NaN: { '1': '1' } } }, /^runlumi: must have whole numbers, 0 or more/],
    ['a negative lumi', { runlumi: { '1': { '-3': '1' } } }, /^runlumi: must have whole numbers/],
    ['a lumi that no number keeps', { runlumi: { '1': { '99999999999999999999': '1' } } }, /^runlumi: must have whole/],
    ['keys of prototypes', { runlumi: JSON.parse('{"__proto__": {"1": "1"}}') as object }, /^runlumi: must have whole/],
    ['no lumis at all', { runlumi: null }, /^runlumi: must be an object/],
    ['a list of lumis', { runlumi: { '1': ['1'] } }, /^runlumi: must have an object of lumi sections/],
    ['no release', { swversion: '' }, /^swversion: /],
    ['no checksum', { adler32: 'None' }, /^adler32: must be an Adler-32 sum/],
    ['events that are no number', { inevents: 'NaN' }, /^inevents: /],
    ['a negative size', { filesize: -1 }, /^filesize: /],
  ])('tells what is wrong with a record, and what the others say: %s', async (_what, over, fault) => {
    simulator.books.addMetadata(TASK, { ...over, lfn: lfnOf(1) });
    simulator.books.addMetadata(TASK, { lfn: lfnOf(2) });
    const found = await crab.fileMetadata(TASK, [lfnOf(1), lfnOf(2)]);
    expect(found.get(lfnOf(1))).toEqual({
      lfn: lfnOf(1),
      fileType: 'EDM',
      fault: expect.stringMatching(fault) as string,
    });
    expect(found.get(lfnOf(2))).toMatchObject({ events: 300, lumis: [{ run: 1, lumi: 419 }] });
    expect(await crab.measureFiles(TASK, [lfnOf(1), lfnOf(2)])).toEqual([
      { lfn: lfnOf(1), lumis: 0, bytes: 0 },
      { lfn: lfnOf(2), lumis: 1, bytes: 561_301 },
    ]);
  });

  it.each([
    ['an outage', { action: 'drop-before' } as const],
    ['a front end', { action: 'answer' } as const],
    ['a login page', { action: 'answer', status: 302 } as const],
    ['something else than metadata', { action: 'answer', status: 200, body: '{"result": ["{}"]}' } as const],
  ])('waits for %s', async (_what, fault) => {
    simulator.server.faults.add({ path: 'filemetadata', ...fault });
    const asked = crab.fileMetadata(TASK, [lfnOf(1)]);
    await expect(asked).rejects.toMatchObject({ type: 'CrabUnavailable', retryable: true });
  });

  it('waits for a credential', async () => {
    simulator.server.faults.add({ path: 'filemetadata', action: 'answer', status: 403, body: '' });
    const asked = crab.fileMetadata(TASK, [lfnOf(1)]);
    await expect(asked).rejects.toMatchObject({ type: 'CredentialUnavailable', retryable: true });
  });

  it('does not repeat what CRAB refuses', async () => {
    simulator.server.faults.add({ path: 'filemetadata', action: 'answer', status: 400, body: '' });
    const asked = crab.fileMetadata(TASK, [lfnOf(1), lfnOf(2)]);
    await expect(asked).rejects.toMatchObject({ type: 'CrabRefused', retryable: false });
  });
});

describe('taskInfo', () => {
  it('tells input and DBS', async () => {
    simulator.books.addTask(TASK, {
      tm_input_dataset: 'cms:/GenericTTbar/Run-v1/AOD',
      tm_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/global',
      tm_publish_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter/',
    });
    expect(await crab.taskInfo(TASK)).toEqual({
      inputDataset: '/GenericTTbar/Run-v1/AOD',
      dbsUrl: 'https://cmsweb.cern.ch/dbs/prod/global/DBSReader',
      publishDbsUrl: 'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter',
    });
  });

  it('has no input where the column is empty', async () => {
    simulator.books.addTask(TASK, { tm_input_dataset: null });
    expect(await crab.taskInfo(TASK)).toMatchObject({ inputDataset: null });
  });

  it('says why it cannot tell', async () => {
    const unknown = crab.taskInfo(TASK);
    await expect(unknown).rejects.toMatchObject({
      type: 'CrabUnavailable',
      message: /HTTP 500: Impossible to find task/,
    });
    simulator.books.addTask(TASK, { tm_publish_dbs_url: null });
    await expect(crab.taskInfo(TASK)).rejects.toMatchObject({ type: 'CrabRefused', retryable: false });
  });

  it.each(['phys03', 'http://dbs.example.org/dbs/DBSWriter', 'https://alice:secret@dbs.example.org/DBSWriter'])(
    'takes no DBS that a credential may not be sent to: %s',
    async (url) => {
      simulator.books.addTask(TASK, { tm_publish_dbs_url: url });
      await expect(crab.taskInfo(TASK)).rejects.toMatchObject({
        ...{ type: 'CrabRefused', retryable: false },
        message: `DBS of task ${TASK}: must be an https:// URL (http:// on loopback only) without user, password or query`,
      });
    },
  );

  it.each(['tm_publish_dbs_url', 'tm_dbs_url'])(
    'takes no DBS at a host that tasks may not name: %s',
    async (column) => {
      const own = { url: simulator.restUrl, dispatchers, worker: 'aso', dbsHosts: new Set(['cmsweb.cern.ch']) };
      simulator.books.addTask(TASK, { tm_publish_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter' });
      await expect(createCrabAdapter(own).taskInfo(TASK)).resolves.toBeDefined();
      simulator.books.addTask(TASK, {
        tm_publish_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter',
        [column]: 'https://dbs.example.org/dbs/prod/phys03/DBSWriter',
      });
      await expect(createCrabAdapter(own).taskInfo(TASK)).rejects.toMatchObject({
        ...{ type: 'CrabRefused', retryable: false },
        message: `DBS of task ${TASK}: must be at a host that tasks may name (dbsHosts)`,
      });
    },
  );

  it('is asked for once a minute, and again at once after a failure', async () => {
    const asked = () => simulator.server.counts['GET /crabserver'];
    await expect(crab.taskInfo(TASK)).rejects.toThrow(/Impossible to find/);
    simulator.books.addTask(TASK, { tm_publish_dbs_url: 'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter' });
    await Promise.all([crab.taskInfo(TASK), crab.taskInfo(TASK)]);
    await crab.taskInfo(TASK);
    expect(asked()).toBe(2);
  });
});
