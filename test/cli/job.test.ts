import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { jobText } from '../../src/cli/commands/job-text.ts';
import type { FileStatus, JobStatus } from '../../src/contract/job-status.ts';
import { stage } from '../../src/domain/stage-view.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';
import { runAso } from './run-aso.ts';

const NOW = Date.UTC(2026, 10, 24, 10);
const SAID = `DESTINATION [28] Result HTTP 507: Insufficient Storage after ${'many '.repeat(20)}attempts`;

const file: FileStatus = {
  ...{ key: '0011223344556677', retry: 1, id: 'x', type: 'output', source: 'T2_IT_Pisa', destination: 'T2_CH_CERN' },
  ...{ destinationLfn: '/store/user/alice/out_1.root', dataset: '/a/b/USER', failure: 'space', code: 60323 },
  ftsJobIds: ['8c2da5ca-89f7-5858-b2c5-78ed730e6a1b'],
  transfer: stage('RETRY', {
    ...{ reason: 'Disk quota exceeded.', said: SAID, attempts: 1, nextTry: NOW + 250_000 },
    waitsFor: 'the pause before the next attempt',
  }),
  publication: stage('NEW', { waitsFor: 'its own transfer' }),
};
const job: JobStatus = {
  ...{ task: '261123_101500:alice_crab_x', jobId: '12', retry: 1, expected: 2, unreported: 1 },
  ...{ waitsFor: ['resume: the task is paused'], files: [file] },
};

describe('jobText', () => {
  it('says both stages of each file, when something is tried next, and why, within 100 columns', () => {
    const text = jobText(job, NOW);
    expect(text).toBe(
      [
        'job 12 of 261123_101500:alice_crab_x  (retry 1, 1 of 2 files reported)',
        'waits for    resume: the task is paused',
        '',
        '/store/user/alice/out_1.root  (output)  T2_IT_Pisa → T2_CH_CERN',
        '  transfer     RETRY         1 attempt; waits for the pause before the next attempt; next in 4 min',
        '                             (2026-11-24T10:04:10Z)',
        '               Disk quota exceeded.',
        '               DESTINATION [28] Result HTTP 507: Insufficient Storage after many many many many many',
        '               many many many many many many many many many many many many many many many attempts',
        '               CRAB exit code 60323, class space',
        '               FTS job 1: 8c2da5ca-89f7-5858-b2c5-78ed730e6a1b',
        '  publication  NEW           waits for its own transfer',
      ].join('\n'),
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('says what is due, and leaves out what nobody knows any more', () => {
    const gone = { ...file, retry: 0, destinationLfn: null, source: null, ftsJobIds: [], code: null };
    const text = jobText({ ...job, files: [{ ...gone, transfer: stage('HELD', { nextTry: NOW - 1 }) }] }, NOW);
    expect(text).toContain('file 0011223344556677  (output, of retry 0)\n');
    expect(text).toContain('  transfer     HELD          next now\n');
  });
});

describe('aso job', () => {
  let world: World;
  let rig: Rig;
  beforeAll(async () => {
    world = await startWorld();
    rig = await startRig(world);
  });
  afterAll(async () => {
    await rig.close();
    await world.close();
  });
  const aso = (...args: string[]) =>
    runAso(args, { env: { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace } });

  test('shows a job, for people and for programs; what there is not it says, and ends with 4', async () => {
    const work = new TestTask(world, rig);
    const report = await work.job({ jobId: '0-3', publish: false });
    await work.add(report);
    await work.finish();
    const { destinationLfn } = theFile(report);
    const { code, out } = await aso('job', work.name, '0-3');
    expect([code, out]).toEqual([0, expect.stringContaining(`${destinationLfn}  (output)`)]);
    expect(out).toMatch(/^ {2}transfer {5}DONE {10}1 attempt$/m);
    expect(JSON.parse((await aso('job', work.name, '0-3', '--json')).out)).toMatchObject({
      ...{ task: work.name, jobId: '0-3' },
      files: [{ destinationLfn, transfer: { state: 'DONE' } }],
    });
    expect(await aso('job', work.name, '7')).toMatchObject({
      ...{ code: 4, out: '' },
      err: `error: task ${work.name} has no job 7: nothing of it was reported\n`,
    });
    expect(await aso('job', '261123_101500:alice_crab_no', '7')).toMatchObject({
      ...{ code: 4, err: 'error: there is no task 261123_101500:alice_crab_no\n' },
    });
  });
});
