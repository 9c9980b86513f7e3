import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { stageOutId } from '../../src/contract/ids.ts';
import { TASK_QUEUES } from '../../src/contract/task-queues.ts';
import { Sampler } from '../../src/monitor/sampler/sampler.ts';
import { UnchangedTasks } from '../../src/monitor/sampler/unchanged.ts';
import { Database } from '../../src/monitor/store/database.ts';
import { History } from '../../src/monitor/store/history.ts';
import { Names } from '../../src/monitor/store/names.ts';
import { Recorder } from '../../src/monitor/store/recorder.ts';
import { Standing } from '../../src/monitor/store/standing.ts';
import { newTask } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

/** A sampler with a history of its own, asked sample by sample. */
function newSampler() {
  const database = new Database(':memory:');
  const names = new Names(database);
  const [standing, history] = [new Standing(database, names), new History(database, names, 2)];
  const { client } = rig;
  const sampler = new Sampler({
    ...{ database, names, client, standing },
    ...{ recorder: new Recorder(database, names), unchanged: new UnchangedTasks(client) },
    ...{ interval: 30, retention: { minutes: 2, hours: 90 } },
    onTrouble: (problem) => expect(problem).toBeNull(),
  });
  const now = () => Math.floor(Date.now() / 1000) + 60;
  return {
    sampler,
    sample: async () => {
      await sampler.sample();
      return standing.lastRounds().last;
    },
    totals: () => history.series({}, now() - 3600, now(), now()).totals,
    tasks: () => standing.tasks({}, 0, 1_000),
  };
}

test('a task that came and ended between two samples is counted, once', async () => {
  const { sample, totals, tasks } = newSampler();
  await sample();
  const task = new TestTask(world, rig);
  await task.add(await task.job({ jobId: '1' }), await task.job({ jobId: '2', source: 'T2_US_MIT' }));
  await expect.poll(() => task.transfer()).toEqual({ DONE: 2 });
  await task.finish();
  // Temporal lists what has ended a moment later.
  await expect.poll(async () => (await sample(), totals())).toMatchObject({ reported: 2, done: 2, published: 2 });
  expect(tasks()).toMatchObject([{ task: task.name, files: 2, published: 2, endedAt: expect.any(Number) as number }]);
  expect(await sample()).toMatchObject({ tasks: 0, asked: 0, unanswered: 0 });
  expect(totals()).toMatchObject({ reported: 2, done: 2, published: 2 });
});

test('a task whose history has not grown is not asked again; one that ends is, and then no more', async () => {
  const { sample, totals } = newSampler();
  await sample();
  const task = new TestTask(world, rig);
  task.fault('out0_1', { outcome: 'hang' });
  await task.add(await task.job({ jobId: '1' }));
  await expect.poll(() => task.copyStates()).toEqual(['ACTIVE']);
  await expect.poll(sample).toMatchObject({ tasks: 1, asked: 0 });
  expect(totals()).toMatchObject({ reported: 1, done: 0 });
  await task.add(await task.job({ jobId: '2' }));
  expect(await sample()).toMatchObject({ tasks: 1, asked: 1 });
  await task.cancel();
  await task.finish();
  await expect.poll(async () => (await sample(), totals())).toMatchObject({ reported: 2, killed: expect.any(Number) as number }); // prettier-ignore
  await expect.poll(sample).toMatchObject({ tasks: 0, asked: 0, unanswered: 0 });
  const { done, killed } = totals();
  expect(done + killed).toBe(2);
});

test('samples leave nothing behind at what lives as long as the monitor', async () => {
  const { sampler, sample } = newSampler();
  const { signal } = new AbortController();
  await sampler.sample(signal);
  expect(await sample()).toMatchObject({ error: null });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

const TASKS = 50;

/** CPU of this process, and time, of one sample, by task. */
async function costOf({ sample }: ReturnType<typeof newSampler>) {
  const before = process.cpuUsage();
  const start = performance.now();
  const round = await sample();
  const { user, system } = process.cpuUsage(before);
  return { round, cpuMs: (user + system) / 1000 / TASKS, ms: (performance.now() - start) / TASKS };
}

test('what samples of many open tasks cost', async () => {
  for (let n = 0; n < TASKS; n++) {
    const task = newTask();
    const options = { workflowId: stageOutId(task), taskQueue: TASK_QUEUES.workflows, args: [{ task }] };
    await rig.client.workflow.start('stageOut', options);
  }
  const first = newSampler();
  // Until they have all opened, and nothing happens to them any more.
  await expect.poll(first.sample).toMatchObject({ tasks: TASKS, asked: 0 });
  const [asked, skipped] = [await costOf(newSampler()), await costOf(first)];
  expect(asked.round).toMatchObject({ tasks: TASKS, asked: TASKS, unanswered: 0 });
  expect(skipped.round).toMatchObject({ tasks: TASKS, asked: 0 });
  const told = ({ cpuMs, ms }: { cpuMs: number; ms: number }) => `${cpuMs.toFixed(1)} ms CPU, ${ms.toFixed(1)} ms`;
  console.log(`a sample of ${TASKS} open tasks, a task (worker and monitor in one process): asked ${told(asked)}; skipped ${told(skipped)}`); // prettier-ignore
}, 90_000);
