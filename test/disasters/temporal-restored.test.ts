import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

/** Its workers keep no workflow: the next ones would be given nothing for ten seconds that was theirs. */
const temporalOn = (world: World, database: string): Promise<Rig> =>
  startRig(world, {
    policy: { blockTimeout: 0 },
    serverArgs: ['--db-filename', database],
    settings: { ASO_WORKER_CACHED_WORKFLOWS: '0' },
  });

/**
 * Temporal's database is restored from a copy of yesterday; what has happened since then is known by FTS, the storage, DBS and the callers
 * only: docs/disasters.md.
 */
test(
  'a batch that is behind finds its copies and its block, what is younger is found when it is reported again',
  { timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aso-restored-'));
    const world = await startWorld();
    onTestFinished(async () => {
      await world.close();
      await rm(folder, { recursive: true });
    });
    // Yesterday: one job of a task is being copied.
    const yesterday = await temporalOn(world, join(folder, 'temporal.db'));
    const work = new TestTask(world, yesterday);
    const first = await work.job({ jobId: '1', outputs: 2 });
    const night = Promise.withResolvers<void>();
    work.fault('', { outcome: { until: night.promise } });
    await work.add(first);
    await expect.poll(() => work.copyStates()).toEqual(['ACTIVE', 'ACTIVE']);
    await yesterday.close();
    await cp(join(folder, 'temporal.db'), join(folder, 'backup.db'));

    // Today: it arrives and is published, so does another job of the task, and so does a task that is new.
    const today = await temporalOn(world, join(folder, 'temporal.db'));
    const younger = new TestTask(world, today);
    night.resolve();
    const second = await work.job({ jobId: '2' });
    const other = await younger.job();
    await expect.poll(() => work.published(), { timeout: 20_000 }).toHaveLength(2);
    await work.at(today).add(second);
    await younger.add(other);
    await expect.poll(() => work.published(), { timeout: 20_000 }).toHaveLength(3);
    await expect.poll(() => younger.published(), { timeout: 20_000 }).toHaveLength(1);
    for (const file of [...first.files, theFile(second), theFile(other)])
      await expect.poll(() => work.atSource(file)).toBeNull();
    await today.close();
    const inDbs = world.dbs.books.files();
    const jobs = work.ftsJobs().map(({ jobId }) => jobId);

    // The database of today is lost, that of yesterday is back.
    const restored = await temporalOn(world, join(folder, 'backup.db'));
    const again = work.at(restored);
    expect(await again.transfer()).toEqual({ SUBMITTED: 2 });
    await again.add(second);
    await younger.at(restored).add(other);
    expect(await again.finish()).toMatchObject({ transfer: { DONE: 3 }, publication: { DONE: 3 } });
    expect(await younger.at(restored).finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });

    // The ids of FTS jobs follow from task, batch and files: the POST of the second job's batch was refused, and its job found.
    expect(again.ftsJobs().map(({ jobId }) => jobId)).toEqual(jobs);
    expect(world.fts.refusedSubmissions()).toMatchObject([{ status: 409 }]);
    expect(younger.copyStates()).toEqual(['FINISHED', 'FAILED']);
    for (const { destination, destinationLfn, adler32 } of [...first.files, theFile(second), theFile(other)])
      expect(await world.storage.adler32Of(destination, destinationLfn)).toBe(adler32);
    expect(world.dbs.books.files()).toEqual(inDbs);
    await restored.close();
  },
);
