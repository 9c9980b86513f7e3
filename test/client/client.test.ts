import { fileURLToPath } from 'node:url';
import type { Connection } from '@temporalio/client';
import { Worker, NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as aso from '../../src/client/index.ts';
import { chunkJobs } from '../../src/client/chunks.ts';
import { dataConverter } from '../../src/client/data-converter.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import { MESSAGE_BYTES } from '../../src/contract/limits.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { TASK_QUEUES } from '../../src/contract/task-queues.ts';
import { crabFileId } from '../../src/domain/digest.ts';
import type { JobReport } from '../../src/domain/file.ts';
import { setUpNamespace } from '../../src/workers/setup-namespace.ts';
import { runAso } from '../cli/run-aso.ts';

/** Its own: the task queue has the name it has everywhere, and other tests serve it with the real workflows. */
const NAMESPACE = `client-test-${process.pid}`;
const TEMP = '/store/temp/user/carol.abc/carol';
const USER_TASKS = `261123_10${String(process.pid % 10_000).padStart(4, '0')}:carol_crab_`;

function job(jobId: string, count: number): JobReport {
  const files = Array.from({ length: count }, (_, i) => ({
    id: crabFileId(`${TEMP}/${jobId}_${i}.root`),
    type: 'output' as const,
    source: 'T2_IT_Pisa',
    sourceLfn: `${TEMP}/${jobId}_${i}.root`,
    destination: 'T2_CH_CERN',
    destinationLfn: `/store/user/carol/${jobId}_${i}.root`,
    size: 1,
    adler32: '00000001',
    dataset: null,
    publish: false,
    startTime: 1_795_428_900,
    alreadyThere: false,
  }));
  return { jobId, retry: 0, expected: count, files };
}

describe('chunkJobs', () => {
  it('keeps every file, in messages that are small enough', () => {
    const jobs = [...Array.from({ length: 300 }, (_, i) => job(String(i), 3)), job('999', 2000)];
    const chunks = chunkJobs(jobs);
    for (const chunk of chunks)
      expect(Buffer.byteLength(JSON.stringify({ jobs: chunk }))).toBeLessThanOrEqual(MESSAGE_BYTES);
    const ids = (reports: JobReport[]) => reports.flatMap((report) => report.files.map((file) => file.id));
    expect(ids(chunks.flat())).toEqual(ids(jobs));
    expect(chunks.flat().every((report) => report.expected === (report.jobId === '999' ? 2000 : 3))).toBe(true);
    // Full messages: a task takes each as one event.
    expect(chunks.length).toBeLessThanOrEqual(Math.ceil(JSON.stringify(jobs).length / MESSAGE_BYTES) + 1);
  });
});

describe('client', () => {
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: NAMESPACE };
  let connection: aso.AsoConnection;
  let native: NativeConnection;
  let worker: Worker;
  let running: Promise<void>;

  beforeAll(async () => {
    connection = await aso.connect(env);
    await setUpNamespace(connection.client.connection as Connection, NAMESPACE, {
      retentionDays: 1,
      say: () => undefined,
    });
    native = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS });
    worker = await Worker.create({
      connection: native,
      namespace: env.TEMPORAL_NAMESPACE,
      taskQueue: TASK_QUEUES.workflows,
      dataConverter,
      workflowsPath: fileURLToPath(new URL('stub-workflows.ts', import.meta.url)),
    });
    running = worker.run();
  });

  afterAll(async () => {
    worker.shutdown();
    await running;
    await native.close();
    await connection.close();
  });

  it('reports, in several messages, what a task then knows', async () => {
    const task = `${USER_TASKS}a`;
    const jobs = [job('1', 900), job('2', 600)];
    expect(await aso.addFiles(connection.client, task, jobs)).toMatchObject({ accepted: 1500, known: 0 });
    expect(await aso.addFiles(connection.client, task, jobs)).toMatchObject({ accepted: 0, known: 1500 });
    await aso.reportJob(connection.client, task, job('3', 1));
    let files = 0;
    for await (const page of aso.taskFiles(connection.client, task)) files += page.length;
    expect(files).toBe(1501);
    const { typedSearchAttributes } = await connection.client.workflow.getHandle(stageOutId(task)).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.user)).toBe('carol');
    await expect(aso.cancelTask(connection.client, task, { reason: 'x', by: 'y' })).rejects.toThrow(
      `task ${task} refuses: nothing to cancel`,
    );
    await aso.closeTask(connection.client, task);
    expect(await connection.client.workflow.getHandle(stageOutId(task)).result()).toBe(task);
    // Whoever did not hear of it closes it again; nothing else may be asked of it.
    await aso.closeTask(connection.client, task);
    await expect(aso.pauseTask(connection.client, task)).rejects.toThrow(
      new aso.TaskEndedError(`task ${task} has ended`),
    );
    expect(await runAso(['pause', task], { env })).toMatchObject({ code: 4, err: `error: task ${task} has ended\n` });
    // Joined again after it ended.
    expect(await aso.addFiles(connection.client, task, [job('4', 1)])).toMatchObject({ accepted: 1 });
    await aso.closeTask(connection.client, task);
  });

  it('says so when there is no such task, on the command line too', async () => {
    await expect(aso.taskStatus(connection.client, `${USER_TASKS}none`)).rejects.toBeInstanceOf(aso.TaskNotFoundError);
    await expect(aso.closeTask(connection.client, `${USER_TASKS}none`)).rejects.toBeInstanceOf(aso.TaskNotFoundError);
    const { code, err } = await runAso(['status', `${USER_TASKS}none`], { env });
    expect([code, err]).toEqual([4, `error: there is no task ${USER_TASKS}none\n`]);
  });

  it('asks again where a run ends with its answer outstanding, as by a reset, and hears then how things are', async () => {
    const task = `${USER_TASKS}reset`;
    await aso.addFiles(connection.client, task, [job('1', 1)]);
    const paused = aso.pauseTask(connection.client, task);
    const handle = connection.client.workflow.getHandle(stageOutId(task));
    // The report, and the pause.
    const taken = async (): Promise<number> =>
      ((await handle.fetchHistory()).events ?? []).filter(
        (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
      ).length;
    await expect.poll(taken).toBe(2);
    await handle.terminate('ends before it has answered');
    await expect(paused).rejects.toThrow(new aso.TaskEndedError(`task ${task} has ended`));
  });

  it('says that a namespace is missing', async () => {
    const elsewhere = await aso.connect({ ...env, TEMPORAL_NAMESPACE: 'nowhere' });
    const status = aso.taskStatus(elsewhere.client, `${USER_TASKS}x`);
    await expect(status).rejects.toThrow(/no namespace nowhere/);
    await elsewhere.close();
  });

  it('says on the command line what a task did with a file of records, and that the same again changes nothing', async () => {
    const file = fileURLToPath(new URL('../fixtures/crab/transfers.jsonl', import.meta.url));
    const task = '261123_101500:alice_crab_analysis_1';
    // The stub knows files by id alone: the last record is the same file again.
    expect(await runAso(['submit', file], { env })).toMatchObject({
      code: 0,
      out: `${task}: 4 files accepted, 1 reported before\n`,
    });
    expect(await runAso(['submit', file], { env })).toMatchObject({
      code: 0,
      out: `${task}: nothing changed, 5 files reported before\n`,
      err: '',
    });
    expect(await runAso(['close', task], { env })).toMatchObject({ code: 0 });
    const listed = await runAso(['status', '--user', 'alice', '--json'], { env });
    expect(listed.code).toBe(0);
  });
});
