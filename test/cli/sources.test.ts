import { expect, test } from 'vitest';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import { runAso } from './run-aso.ts';

const { world, rig } = await useRig({ policy: { sourceRetention: 0 } });

/** A retention of a second, and the settings that must not be longer. */
const SHORT_RETENTION = {
  ASO_POLICY_SOURCE_RETENTION: '1',
  ASO_POLICY_STAGE_OUT_TIMEOUT: '1',
  ASO_POLICY_JOB_TIMEOUT: '1',
  ASO_POLICY_FILE_TIMEOUT: '1',
  ASO_POLICY_FTS_MAX_TIME_IN_QUEUE: '1',
  ASO_POLICY_BATCH_WINDOW: '0',
  ASO_POLICY_CLEANUP_DELAY: '0',
  ASO_POLICY_CLEANUP_DELAY_MAX: '0',
  ASO_POLICY_CLEANUP_TIMEOUT: '0',
};

const aso = (...args: string[]) =>
  runAso(args, {
    env: { TEMPORAL_ADDRESS: rig.server.address, TEMPORAL_NAMESPACE: rig.server.namespace, ...SHORT_RETENTION },
  });

test('aso sources lists what is left behind; its sweep is dry until it is told yes', async () => {
  const work = new TestTask(world, rig);
  const [failed, done] = [await work.job(), await work.job({ jobId: '2' })];
  const file = theFile(failed);
  work.fault('out0_1', { outcome: { fail: 'DESTINATION [1] HTTP 403 : Permission refused' } });
  await work.add(failed, done);
  await work.finish();

  const text = await aso('sources', work.name);
  expect([text.code, text.err]).toEqual([0, '']);
  const [line, totals] = text.out.trim().split('\n');
  expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d {2} +\d+ B {2}failed {2}job 1\.0 {2}T2_IT_Pisa {2}\/store\/temp\//);
  expect(line).toContain(`${file.sourceLfn}  DESTINATION [1] HTTP 403 : Permission refused`);
  expect(totals).toBe(`1 file, ${file.size} B at 1 site: 1 failed`);

  // Over all tasks, by user, site and age.
  const json = await aso('sources', '--user', 'alice', '--site', file.source, '--json');
  expect(
    json.out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as unknown),
  ).toMatchObject([{ task: work.name, lfn: file.sourceLfn, size: file.size, adler32: file.adler32, why: 'failed' }]);
  for (const filter of [
    ['--user', 'bob'],
    ['--site', 'T2_DE_DESY'],
    ['--older-than', '1d'],
  ])
    expect((await aso('sources', ...filter)).out).toBe('no sources left behind\n');

  // Options behind the name of the subcommand are its own: nobody else's files go along.
  const notBobs = await aso('sources', 'sweep', '--user', 'bob', '--yes');
  expect([notBobs.code, notBobs.out]).toEqual([0, '0 files removed, 0 gone already\n']);

  await expect
    .poll(async () => (await aso('sources', 'sweep')).out, { timeout: 10_000 })
    .toMatch(/1 file, \d+ B would be removed; 0 files, 0 B would stay\. Nothing was changed/);
  expect(await work.atSource(file)).not.toBeNull();

  const swept = await aso('sources', 'sweep', work.name, '--yes');
  expect([swept.code, swept.out]).toEqual([0, '1 file removed, 0 gone already\n']);
  expect(await work.atSource(file)).toBeNull();
  await expect.poll(async () => (await aso('sources', work.name)).out).toBe('no sources left behind\n');
});

test.each([
  [['sources', '--older-than', 'soon'], 'number of days'],
  [['sources', 'sweep', '--now'], "unknown option '--now'"],
  [['sources', 'sweep', '--older-than', '30d'], "unknown option '--older-than'"],
])('refuses %j', async (args, text) => {
  const { code, err } = await aso(...args);
  expect(code).toBe(2);
  expect(err).toContain(text);
});
