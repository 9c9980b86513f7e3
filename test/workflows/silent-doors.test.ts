import { describe, expect, test } from 'vitest';
import type { FileRecord } from '../../src/domain/file.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

/** Looks at a door that are answered by its front end alone: more than would make anybody believe FTS. */
const SILENT_LOOKS = 6;

/** A task with a log, whose first copy comes out wrong, which FTS does not see as it knows no sum of it. */
async function corruptLog(): Promise<{ work: TestTask; log: FileRecord; content: string }> {
  const work = new TestTask(world, rig);
  const { files, ...job } = await work.job({ log: true, publish: false });
  const log = files.find(({ type }) => type === 'log') as FileRecord;
  work.fault('log', { times: 1, outcome: { corrupt: true } });
  const content = (await work.atSource(log)) ?? '';
  await work.add({ ...job, expected: 1, files: [log] });
  return { work, log, content };
}

describe('a copy that FTS calls finished and that is not like its source', () => {
  test.for([
    // FTS itself looks at the source once, at the destination twice.
    { door: 'destination', site: 'T2_CH_CERN', looksOfFts: 2 },
    { door: 'source', site: 'T2_IT_Pisa', looksOfFts: 1 },
  ])('is not taken for DONE while the door of its $door is silent', async ({ site, looksOfFts }) => {
    const silent = world.storage.server.faults.add({
      ...{ method: 'HEAD', path: `${site}.*/log/`, skip: looksOfFts, times: SILENT_LOOKS },
      ...{ action: 'answer', status: 503 },
    });
    const { work, log, content } = await corruptLog();
    await expect.poll(() => silent.used).toBeGreaterThan(2);
    const [waiting] = await work.files();
    expect(waiting?.detail).toMatchObject({
      transfer: 'SUBMITTED',
      sourceState: expect.stringMatching(/503/) as string,
    });
    expect(await work.finish()).toMatchObject({ transfer: { DONE: 1 } });
    expect(silent.used).toBe(SILENT_LOOKS);
    expect(work.copyStates()).toEqual(['FINISHED', 'FINISHED']);
    expect(await work.arrived(log)).toBe(content);
    expect(await work.atSource(log)).toBeNull();
  });
});
