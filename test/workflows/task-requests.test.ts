import { describe, expect, test } from 'vitest';
import { setTaskPriority } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const FULL = 'DESTINATION [28] MAKE_PARENT HTTP 507 : status code 507 received';
const FORBIDDEN = 'DESTINATION [13] Permission denied';

const { world, rig } = await useRig();

const newTask = (): TestTask => new TestTask(world, rig);
const SECOND = { source: 'T2_US_MIT', destination: 'T2_DE_DESY' };

describe('files are chosen by what they failed for and by their sites', () => {
  test('only those are tried again, and the answer says what of the task was not meant', async () => {
    const task = newTask();
    task.fault('out0_1', { times: 1, outcome: { fail: FORBIDDEN } });
    task.fault('out0_2', { times: 1, outcome: { fail: FORBIDDEN } });
    task.fault('out0_3', { times: 1, outcome: { fail: FULL, recoverable: false } });
    await task.add(await task.job(), await task.job({ jobId: '2', ...SECOND }), await task.job({ jobId: '3' }));
    await expect.poll(() => task.transfer()).toMatchObject({ FAILED: 2 });
    expect(await task.retry({ classes: ['checksum'] })).toEqual({
      files: 0,
      ignored: [{ reason: 'no file of the task matches', files: 0 }],
    });
    expect(await task.retry({ classes: ['permission'], destinations: ['T2_DE_DESY'] })).toEqual({
      files: 1,
      ignored: [],
    });
    await expect.poll(() => task.copyStates('out0_2')).toEqual(['FAILED', 'FINISHED']);
    expect(await task.retry({ sources: ['T2_IT_Pisa'], classes: ['permission'] })).toMatchObject({ files: 1 });
    await expect.poll(() => task.copyStates('out0_1')).toEqual(['FAILED', 'FINISHED']);
    expect(await task.finish()).toMatchObject({ transfer: { DONE: 3 } });
  });

  test('only those from a site are cancelled', async () => {
    const task = newTask();
    task.fault('', { outcome: 'hang' });
    await task.add(await task.job({ outputs: 2 }), await task.job({ jobId: '2', ...SECOND }));
    await expect.poll(() => task.copyStates()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    expect(await task.cancel({ sources: ['T2_IT_Pisa'] })).toEqual({ files: 2, ignored: [] });
    await expect.poll(() => task.transfer()).toEqual({ KILLED: 2, SUBMITTED: 1 });
    expect(await task.cancel({ destinations: ['T2_DE_DESY'] })).toEqual({ files: 1, ignored: [] });
    expect(await task.finish()).toMatchObject({ transfer: { KILLED: 3 } });
  });

  test('a class that is none is refused with those that are, and a signal with one changes nothing', async () => {
    const task = newTask();
    await task.add(await task.job());
    await expect(task.cancel({ classes: ['spcae' as never] })).rejects.toThrow(
      /classes: "spcae" is none of deadline, timeout/,
    );
    await rig.client.workflow
      .getHandle(stageOutId(task.name))
      .signal('cancel', { classes: ['spcae'], reason: 'x', by: 'y' });
    expect(await task.status()).toMatchObject({ rejections: [{ rule: 'malformed-message', files: 1 }] });
    expect(await task.finish()).toMatchObject({ transfer: { DONE: 1 } });
  });
});

describe('a priority', () => {
  test('reaches what FTS has, what is sent again and what comes later', async () => {
    const task = newTask();
    const { promise: copied, resolve: end } = Promise.withResolvers<void>();
    task.fault('out0_1', { times: 1, outcome: { until: copied } });
    task.fault('out0_2', { times: 1, outcome: { fail: FORBIDDEN } });
    await task.add(await task.job(), await task.job({ jobId: '2', ...SECOND }));
    await expect.poll(() => task.transfer()).toEqual({ SUBMITTED: 1, FAILED: 1 });
    expect(await setTaskPriority(rig.client, task.name, { priority: 5 })).toEqual({
      files: 1,
      ignored: [{ reason: 'FAILED already', files: 1 }],
    });
    await expect
      .poll(() =>
        task
          .ftsJobs()
          .map(({ priority }) => priority)
          .sort(),
      )
      .toEqual([3, 5]);
    await task.retry();
    await task.add(await task.job({ jobId: '3', source: 'T2_ES_CIEMAT' }));
    await expect.poll(() => task.transfer()).toEqual({ SUBMITTED: 1, DONE: 2 });
    expect(
      task
        .ftsJobs()
        .map(({ priority }) => priority)
        .sort(),
    ).toEqual([3, 5, 5, 5]);
    expect(await task.status()).toMatchObject({ priority: 5 });
    end();
    expect(await task.finish()).toMatchObject({ transfer: { DONE: 3 } });
  });
});
