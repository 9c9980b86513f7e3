import { describe, expect, test } from 'vitest';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';
import type { MakeJob } from '../support/world.ts';
import { expectOneWriter } from './matrix.ts';

/** FTS takes five times our own grace to stop a copy, whose last deed is to remove the destination. */
const { world, rig } = await useRig(
  { policy: { batchWindow: 0.5, blockTimeout: 0.1 } },
  { cancelGraceMs: 2_500, activePerLink: 2 },
);

const task = (): TestTask => new TestTask(world, rig);
const soon = { timeout: 10_000 };

/** A copy that ends when it is told to. */
function untilTold(work: TestTask, lfn: string): () => void {
  const end = Promise.withResolvers<void>();
  work.fault(lfn, { times: 1, outcome: { until: end.promise } });
  return end.resolve;
}

/** Reports these jobs of one file each, in one batch, and waits until their copies are in these states. */
async function inFts(work: TestTask, states: string[], options: Partial<MakeJob> = {}): Promise<JobReport[]> {
  const reports = await Promise.all(states.map((_, n) => work.job({ jobId: String(n + 1), ...options })));
  await work.add(...reports);
  await expect.poll(() => work.copyStates(), soon).toEqual(states);
  return reports;
}

/** Singly cancelled files of a task. */
const singly = (work: TestTask) => work.deletions().filter(({ fileIds }) => fileIds !== null);

async function expectKilled(work: TestTask, file: FileRecord, source: string | null): Promise<void> {
  expect(await work.arrived(file)).toBeNull();
  expect(await work.atSource(file)).toBe(source);
}

/** The bytes of a report, and no others, came to its destination, from its source. */
async function expectThere(work: TestTask, report: JobReport, bytes: string | null): Promise<void> {
  const file = theFile(report);
  expect(await work.arrived(file)).toBe(bytes);
  expect(await work.atSource(file)).toBeNull();
  expectOneWriter(work);
}

describe('one file of an FTS job is cancelled', () => {
  test('and lands before the others: it is KILLED at once, what arrives is removed', async () => {
    const work = task();
    const [land, end] = [untilTold(work, 'out0_1'), untilTold(work, 'out0_2')];
    const [mine, other] = (await inFts(work, ['ACTIVE', 'ACTIVE'])).map(theFile);
    const source = await work.atSource(mine!);
    await work.cancel({ jobs: ['1'] });
    await expect.poll(() => work.transfer(), soon).toEqual({ KILLED: 1, SUBMITTED: 1 });
    // FTS would not stop it, and would hear nothing of its end.
    expect(singly(work)).toEqual([]);
    land();
    await expect.poll(() => work.copyStates('out0_1'), soon).toEqual(['FINISHED']);
    await expect.poll(() => work.arrived(mine!), soon).toBeNull();
    expect(work.copyStates('out0_2')).toEqual(['ACTIVE']);
    end();
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, KILLED: 1 } });
    await expectKilled(work, mine!, source);
    expect(work.published()).toEqual([other!.destinationLfn]);
  });

  test('and would run longer than the others: it is stopped with the job when they have ended', async () => {
    const work = task();
    work.fault('out0_1', { outcome: 'hang' });
    const end = untilTold(work, 'out0_2');
    const [mine] = (await inFts(work, ['ACTIVE', 'ACTIVE'])).map(theFile);
    const source = await work.atSource(mine!);
    await work.cancel({ jobs: ['1'] });
    await expect.poll(() => work.transfer(), soon).toEqual({ KILLED: 1, SUBMITTED: 1 });
    end();
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, KILLED: 1 } });
    // The task does not end before its last copy has.
    expect(work.copies('out0_1')[0]?.attempts).toMatchObject([{ reason: 'aborted' }]);
    expect(work.deletions()).toMatchObject([{ fileIds: null }]);
    await expectKilled(work, mine!, source);
  });

  test('and has not started: it never does, and may be sent again at once', async () => {
    const work = task();
    const ends = [untilTold(work, 'out0_1'), untilTold(work, 'out0_2')];
    await inFts(work, ['ACTIVE', 'ACTIVE', 'SUBMITTED']);
    await work.cancel({ jobs: ['3'] });
    await expect.poll(() => work.transfer(), soon).toEqual({ KILLED: 1, SUBMITTED: 2 });
    expect(singly(work)).toHaveLength(1);
    const again = await work.job({ jobId: '3', retry: 1, salt: 'again' });
    const bytes = await work.atSource(theFile(again));
    await work.add(again);
    await expect.poll(() => work.copyStates('out0_3'), soon).toEqual(['CANCELED', 'SUBMITTED']);
    ends.forEach((end) => end());
    expect(await work.finish()).toMatchObject({ files: 3, transfer: { DONE: 3 } });
    expect(work.copies('out0_3')[0]?.attempts).toEqual([]);
    await expectThere(work, again, bytes);
  });

  test('and starts just before our DELETE: other bytes stay, its own are removed whenever they arrive', async () => {
    const work = task();
    const link = { source: 'T2_US_MIT', destination: 'T2_ES_CIEMAT' };
    const [first, second, third] = ['out0_1', 'out0_2', 'out0_3'].map((name) => untilTold(work, name));
    const [, , mine] = (await inFts(work, ['ACTIVE', 'ACTIVE', 'SUBMITTED'], link)).map(theFile);
    const source = await work.atSource(mine!);
    const { jobId } = work.ftsJobs()[0]!;
    const late = world.fts.server.faults.add({ method: 'DELETE', path: `${jobId}/files`, times: 1, delayMs: 1500 });
    await work.cancel({ jobs: ['3'] });
    await expect.poll(() => late.used, soon).toBe(1);
    first!();
    await expect.poll(() => work.copyStates('out0_3'), soon).toEqual(['ACTIVE']);
    await expect.poll(() => work.copyStates('out0_3'), soon).toEqual(['CANCELED']);
    await expect.poll(() => work.transfer(), soon).toMatchObject({ KILLED: 1 });
    second!();
    await work.close();

    await world.storage.writeFile(mine!.destination, mine!.destinationLfn, 'bytes of another tool');
    const states = async () => (await work.files()).map(({ detail }) => detail?.sourceState);
    const foreign = 'present: other bytes than ours lie at the destination of the cancelled file';
    await expect.poll(states, soon).toContain(foreign);
    expect(await work.arrived(mine!)).toBe('bytes of another tool');
    expect(await work.status()).toMatchObject({ transfer: { DONE: 2, KILLED: 1 }, complete: false });
    third!();
    expect(await work.result()).toMatchObject({ transfer: { DONE: 2, KILLED: 1 } });
    expect(work.copies('out0_3')[0]?.attempts).toMatchObject([{ reason: null }]);
    await expectKilled(work, mine!, source);
  });

  test('that FTS had finished just before: DONE', async () => {
    const work = task();
    const end = untilTold(work, 'out0_2');
    const [mine] = (await inFts(work, ['FINISHED', 'ACTIVE'])).map(theFile);
    await work.cancel({ jobs: ['1'] });
    end();
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 2 } });
    expect(await work.arrived(mine!)).not.toBeNull();
  });
});

describe('a dying copy never removes what came after it', () => {
  /** A task whose only copy runs, and is then killed. */
  async function killed(): Promise<TestTask> {
    const work = task();
    work.fault('out0_1', { times: 1, outcome: 'hang' });
    await inFts(work, ['ACTIVE']);
    await work.cancel();
    await expect.poll(() => work.transfer(), soon).toEqual({ KILLED: 1 });
    expect(work.copies()[0]?.attempts[0]?.endedAt).toBeNull();
    return work;
  }

  test('the job is run again within seconds of the kill', async () => {
    const work = await killed();
    const again = await work.job({ retry: 1, salt: 'again' });
    const bytes = await work.atSource(theFile(again));
    await work.add(again);
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
    await expectThere(work, again, bytes);
  });

  test('another file comes to the destination within seconds of the kill', async () => {
    const work = await killed();
    const [old] = (await work.files()).map(({ detail }) => detail!);
    const other = await work.job({ jobId: '2', publish: false });
    const report = { ...other, files: [{ ...theFile(other), destinationLfn: old!.destinationLfn }] };
    const bytes = await work.atSource(theFile(report));
    expect(await work.add(report)).toMatchObject({ accepted: 1 });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1, KILLED: 1 } });
    await expectThere(work, report, bytes);
  });

  test('the task ends when its last copy has, and is joined again', async () => {
    const work = await killed();
    expect(await work.finish()).toMatchObject({ transfer: { KILLED: 1 } });
    expect(work.copies()[0]?.attempts[0]?.endedAt).not.toBeNull();
    const again = await work.job({ retry: 1, salt: 'again' });
    const bytes = await work.atSource(theFile(again));
    await work.add(again);
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 } });
    await expectThere(work, again, bytes);
  });

  test('FTS does not answer during the kill and the resubmission', async () => {
    const work = task();
    work.fault('out0_1', { times: 1, outcome: 'hang' });
    await inFts(work, ['ACTIVE']);
    world.fts.server.faults.outage(2_000);
    await work.cancel();
    const again = await work.job({ retry: 1, salt: 'again' });
    const bytes = await work.atSource(theFile(again));
    await work.add(again);
    expect(await work.finish()).toMatchObject({ files: 1, transfer: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['CANCELED', 'FINISHED']);
    await expectThere(work, again, bytes);
  });
});
