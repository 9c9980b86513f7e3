import { expect, test } from 'vitest';
import { listTasks, NoAnswerError, surveyTasks, type SurveyedTask } from '../../src/client/index.ts';
import { taskStartOptions } from '../../src/contract/task-options.ts';
import { newTask } from '../support/rig.ts';
import { TestTask, theFile } from '../support/test-task.ts';
import { useRig } from '../support/use-rig.ts';

const { world, rig } = await useRig();

test('tells where every open task stands, and does not wait for one that nobody serves', async () => {
  const tasks = [new TestTask(world, rig), new TestTask(world, rig, 'bob'), new TestTask(world, rig, 'bob')];
  for (const [i, task] of tasks.entries()) await task.add(await task.job({ outputs: i + 1 }));
  const deaf = newTask('carol');
  const options = { ...taskStartOptions({ task: deaf }), taskQueue: 'served-by-nobody' };
  const handle = await rig.client.workflow.start('stageOut', options);
  await expect.poll(() => listTasks(rig.client, { running: true })).toHaveLength(4);

  const answers: SurveyedTask[] = [];
  for await (const answer of surveyTasks(rig.client, { concurrency: 2, timeoutMs: 2_000 })) answers.push(answer);
  const byTask = new Map(answers.map((answer) => [answer.task.task, answer]));
  for (const [i, { name }] of tasks.entries())
    expect(byTask.get(name)).toMatchObject({ error: null, status: { task: name, files: i + 1 } });
  expect(byTask.get(deaf)).toMatchObject({ status: null, task: { user: 'carol', status: 'RUNNING' } });
  expect(byTask.get(deaf)?.error).toBeInstanceOf(NoAnswerError);
  // It was asked first, and is the last to be told.
  expect(answers.at(-1)?.task.task).toBe(deaf);

  await handle.terminate();
  for (const task of tasks) expect(await task.finish()).toMatchObject({ transfer: {} });
});

test('finds tasks by what is known of their batches only', async () => {
  const here = new TestTask(world, rig);
  const elsewhere = new TestTask(world, rig);
  here.fault('root', { outcome: 'hang' });
  await here.add(await here.job({ source: 'T2_US_MIT' }));
  await elsewhere.add(await elsewhere.job({ source: 'T2_IT_Pisa' }));
  await expect
    .poll(() => listTasks(rig.client, { query: `AsoSource = 'T2_US_MIT' OR AsoSource = 'T2_ES_CIEMAT'` }))
    .toMatchObject([{ task: here.name }]);
  await expect(listTasks(rig.client, { query: 'AsoSource =' })).rejects.toThrow(/invalid query/);
  await here.cancel();
  for (const task of [here, elsewhere]) await task.finish();
});

test('a task tells when something last happened to its files, by the clock of whoever did it', async () => {
  const task = new TestTask(world, rig);
  const { promise: copied, resolve: endCopy } = Promise.withResolvers<void>();
  task.fault('root', { outcome: { until: copied } });
  const report = await task.job();
  await task.add(report);
  await expect.poll(() => task.copyStates()).toEqual(['ACTIVE']);
  const before = Date.now();
  endCopy();
  await expect.poll(() => task.transfer()).toEqual({ DONE: 1 });
  const { openedAt, lastChangeAt, links } = await task.status();
  expect(links).toMatchObject([{ lastChangeAt, bytes: { done: theFile(report).size } }]);
  expect(openedAt).toBeLessThan(before);
  expect(lastChangeAt).toBeGreaterThanOrEqual(before);
  expect(lastChangeAt).toBeLessThanOrEqual(Date.now());
  await task.finish();
});
