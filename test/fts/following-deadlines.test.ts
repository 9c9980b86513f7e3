import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobReport } from '../../src/domain/file.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';
import { expectOneWriter } from './matrix.ts';

/** Seconds without a change, and over all, after which an FTS job is given up. */
const FILE_TIMEOUT = 3;
const JOB_TIMEOUT = 6;

let world: World;
let rig: Rig;
beforeAll(async () => {
  // FTS stops a cancelled copy late, and its copy removes the destination then.
  world = await startWorld({ cancelGraceMs: 1500 });
  rig = await startRig(world, { policy: { fileTimeout: FILE_TIMEOUT, jobTimeout: JOB_TIMEOUT } });
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

const seconds = (from: number, to: number): number => (to - from) / 1000;

async function reported(outputs: number, fault: (work: TestTask) => void): Promise<[TestTask, JobReport]> {
  const work = new TestTask(world, rig);
  fault(work);
  const report = await work.job({ outputs, publish: false });
  await work.add(report);
  return [work, report];
}

/** Reasons that the files of a task have failed for. */
const reasons = async (work: TestTask): Promise<string[]> =>
  (await work.files()).flatMap(({ detail }) => detail?.attempts.map(({ reason }) => reason) ?? []);

describe('an FTS job that takes too long', () => {
  test('without any change: cancelled as a whole, and sent again when its copy has stopped', async () => {
    const [work, report] = await reported(1, (task) => task.fault('', { times: 1, outcome: 'hang' }));
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
    const [deletion, ...more] = work.deletions();
    expect(more).toEqual([]);
    expect(deletion?.fileIds).toBeNull();
    const [first, second] = work.ftsJobs();
    expect(seconds(first!.submitTime, deletion!.at)).toBeGreaterThanOrEqual(FILE_TIMEOUT);
    const died = first!.files[0]!.attempts[0]!.endedAt!;
    expect(seconds(died, second!.files[0]!.attempts[0]!.startedAt)).toBeGreaterThanOrEqual(0.5);
    expectOneWriter(work);
    expect(await work.arrived(report.files[0]!)).not.toBeNull();
    expect(await reasons(work)).toEqual([expect.stringMatching(/^ASO gave up this attempt: no change in FTS for/)]);
  });

  test('with changes now and then: cancelled as a whole, and only what is left is sent again', async () => {
    const [work, report] = await reported(3, (task) => {
      task.fault('out1', { outcome: { slowMs: 2000 } });
      task.fault('out2', { times: 1, outcome: 'hang' });
      // Alive until the end of the job's time.
      task.fault('out0', { outcome: { slowMs: 4500 } });
    });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 3 } });
    const [first, second, ...more] = work.ftsJobs();
    expect(more).toEqual([]);
    expect(first!.files.map(({ state }) => state)).toEqual(['FINISHED', 'FINISHED', 'CANCELED']);
    expect(second!.files.map(({ destination }) => destination)).toEqual([expect.stringContaining('out2')]);
    expect(seconds(first!.submitTime, work.deletions()[0]!.at)).toBeGreaterThanOrEqual(JOB_TIMEOUT);
    for (const file of report.files) expect(await work.arrived(file)).not.toBeNull();
    expectOneWriter(work);
    expect(await reasons(work)).toEqual([expect.stringMatching(/^ASO gave up this attempt: the FTS job took over/)]);
  });

  test('and whose file FTS does not name any more: our own look decides', async () => {
    const [work, report] = await reported(1, (task) => task.fault('', { times: 1, outcome: { slowMs: 1000 } }));
    await expect.poll(() => work.copyStates()).toEqual(['ACTIVE']);
    world.fts.rewrite(work.ftsJobs()[0]!.jobId, { files: { 0: { metadata: null } } });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['FINISHED']);
    expect(await work.arrived(report.files[0]!)).not.toBeNull();
  });

  test('and ends just before we cancel it: DONE, no other attempt', async () => {
    const [work, report] = await reported(1, (task) => task.fault('', { outcome: { slowMs: 1000 } }));
    await expect.poll(() => work.copyStates()).toEqual(['ACTIVE']);
    // What FTS says of it is not heard before its time is up.
    const look = { method: 'GET', path: `^/jobs/.*${work.ftsJobs()[0]!.jobId}`, times: 1, delayMs: 3500 };
    const held = world.fts.server.faults.add(look);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(held.used).toBe(1);
    expect(work.copyStates()).toEqual(['FINISHED']);
    expect(await work.arrived(report.files[0]!)).not.toBeNull();
  });
});
