import { describe, expect, test } from 'vitest';
import type { FileRecord, JobReport } from '../../src/domain/file.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

/** Its door tells no checksum. */
const SUMLESS = 'T2_US_MIT';

const { world, rig } = await useRig(
  { policy: { blockTimeout: 0.1 } },
  {},
  { habits: { [SUMLESS]: { kind: 'dcache', quirks: ['no-checksum'] } } },
);

const task = (): TestTask => new TestTask(world, rig);

/** The job's file goes to a group's area instead. */
function toGroup(work: TestTask, report: JobReport): JobReport {
  const destinationLfn = `/store/group/higgs/${work.mark}/${theFile(report).sourceLfn.split('/').at(-1)}`;
  return { ...report, files: [{ ...theFile(report), destinationLfn }] };
}

/** Lays bytes at the destination before anything is copied. */
async function occupy({ destination, destinationLfn }: FileRecord, content: Buffer | string): Promise<void> {
  await world.storage.writeFile(destination, destinationLfn, content);
}

const bytesOf = async ({ source, sourceLfn }: FileRecord): Promise<Buffer> =>
  (await world.storage.readFile(source, sourceLfn)) ?? Buffer.alloc(0);

describe('a file that FTS finds at its destination already', () => {
  test('is DONE where it has the right size and sum: published, its source removed, nothing sent again', async () => {
    const work = task();
    const report = await work.job({ destination: 'T2_DE_DESY' });
    const file = theFile(report);
    await occupy(file, await bytesOf(file));
    work.fault('', {
      times: 1,
      outcome: { fail: 'DESTINATION [17] Destination file exists and overwrite is not enabled' },
    });
    await work.add(report);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 }, publication: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['FAILED']);
    expect(await work.atSource(file)).toBeNull();
    expect(work.published()).toEqual([file.destinationLfn]);
  });

  test("is DONE in a group's area too, where nothing is overwritten", async () => {
    const work = task();
    const report = toGroup(work, await work.job({ publish: false }));
    const file = theFile(report);
    await occupy(file, await bytesOf(file));
    await work.add(report);
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(work.copyStates()).toEqual(['FAILED']);
    expect(await work.atSource(file)).toBeNull();
  });

  test.each(['T2_CH_CERN', SUMLESS])(
    "is not ours for its size alone in a group's area, at %s: both ends stay as they are",
    async (destination) => {
      const work = task();
      const report = toGroup(work, await work.job({ publish: false, destination }));
      // Without a sum on our side at the one site, on the door's at the other.
      const file = { ...theFile(report), adler32: destination === SUMLESS ? theFile(report).adler32 : null };
      const others = Buffer.alloc(file.size, 'x');
      await occupy(file, others);
      await work.add({ ...report, files: [{ ...file, type: file.adler32 ? 'output' : 'log', dataset: null }] });
      expect(await work.finish()).toMatchObject({ transfer: { FAILED: 1 } });
      expect((await work.status()).failures).toMatchObject([{ class: 'exists' }]);
      expect(await work.arrived(file)).toBe(others.toString());
      expect(await work.atSource(file)).not.toBeNull();
    },
  );
});
