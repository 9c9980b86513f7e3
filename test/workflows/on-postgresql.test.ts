import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTemporal } from '../../src/servers/start-temporal.ts';
import type { TemporalServer } from '../../src/servers/temporal-server.ts';
import { patiently } from '../../src/demo/patiently.ts';
import { stageOutLongestNames } from '../support/longest-names.ts';
import { isPostgresqlMissing } from '../support/postgresql.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** How production keeps Temporal's state: the full server on PostgreSQL, each of which may go away by itself. */
describe.skipIf(isPostgresqlMissing('the main job on PostgreSQL'))('on PostgreSQL', { timeout: 120_000 }, () => {
  let temporal: TemporalServer;
  let world: World;
  let rig: Rig;

  beforeAll(async () => {
    temporal = await startTemporal({ store: 'postgresql' });
    world = await startWorld();
    rig = await startRig(world, { temporal, policy: { blockTimeout: 1 } });
  });
  afterAll(async () => {
    await rig?.close();
    await world?.close();
    await temporal?.close();
  });

  test('a job output is copied, verified, cleaned up and published once', async () => {
    const work = new TestTask(world, rig);
    const report = await work.job({ outputs: 2 });
    expect(await work.add(report)).toMatchObject({ accepted: 2 });
    expect(await work.add(report)).toMatchObject({ accepted: 0, known: 2 });
    expect(await work.finish()).toMatchObject({ files: 2, transfer: { DONE: 2 }, publication: { DONE: 2 } });
    for (const file of report.files) {
      expect(await world.storage.adler32Of(file.destination, file.destinationLfn)).toBe(file.adler32);
      expect(await work.atSource(file)).toBeNull();
    }
    expect(work.published()).toEqual(report.files.map(({ destinationLfn }) => destinationLfn));
  });

  test('the longest names are within its limits', () => stageOutLongestNames(world, rig));

  test('nothing is lost or done twice when PostgreSQL and the server are killed at work', async () => {
    const database = temporal.database!;
    const work = new TestTask(world, rig, 'bob');
    const night = Promise.withResolvers<void>();
    work.fault('', { outcome: { until: night.promise }, times: 1 });
    const reports = await Promise.all(
      Array.from({ length: 12 }, (_, i) => work.job({ jobId: String(i + 1), outputs: 2 })),
    );
    const files = reports.flatMap((report) => report.files);
    const patience = AbortSignal.timeout(60_000);
    const report = async (from: number, to: number): Promise<void> => {
      for (const job of reports.slice(from, to)) await patiently(patience, () => work.add(job));
    };

    // While jobs are reported, PostgreSQL goes first.
    const reported = report(0, 6);
    await expect.poll(() => work.ftsJobs().length).toBeGreaterThan(0);
    await database.kill();
    await database.restart();
    await reported;

    // While others are reported and copies are made, the server goes; then both, while copies end and are published.
    const others = report(6, 12);
    await temporal.kill();
    await temporal.restart();
    await others;
    await expect.poll(() => work.copies().length).toBe(files.length);
    night.resolve();
    await expect.poll(() => work.published().length).toBeGreaterThan(0);
    await Promise.all([database.kill(), temporal.kill()]);
    await database.restart();
    await temporal.restart();

    const totals = await patiently(patience, () => work.finish());
    expect(totals).toMatchObject({ files: 24, transfer: { DONE: 24 }, publication: { DONE: 24 } });
    expect(work.copies().map(({ destination }) => destination)).toHaveLength(files.length);
    expect(new Set(work.copyStates())).toEqual(new Set(['FINISHED']));
    expect(work.published()).toEqual(files.map(({ destinationLfn }) => destinationLfn).sort());
    for (const file of files) {
      expect(await world.storage.adler32Of(file.destination, file.destinationLfn)).toBe(file.adler32);
      expect(await work.atSource(file)).toBeNull();
    }
  });
});
