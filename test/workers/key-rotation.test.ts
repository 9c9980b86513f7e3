import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connect, operate, operationsJournal, startJobOutput, type AsoConnection } from '../../src/client/index.ts';
import { OPERATIONS } from '../../src/contract/operations.ts';
import { simulatedEnvironment } from '../../src/demo/environment.ts';
import { startDevServer } from '../../src/workers/dev-server.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';
import { runAso } from '../cli/run-aso.ts';
import { everythingTemporalKeeps } from '../support/histories.ts';
import { keyLines, privateFile } from '../support/payload-keys.ts';
import { FAST } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld } from '../support/world.ts';

/** What a worker that has ended was following is followed again 30 s later, when its heartbeat is missed. */
const PATIENT = { timeout: 60_000 };

const [k1 = '', k2 = ''] = keyLines('k1', 'k2');
const folder = await mkdtemp(join(tmpdir(), 'aso-rotation-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
// A copy at a time on a link: what comes behind one that lasts waits in FTS's queue.
const world = await startWorld({ activePerLink: 1 });
afterAll(() => world.close());
// Runs are turned over after so few events, as `operations` is every day.
const server = await startDevServer({
  extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=50'],
});
afterAll(() => server.close());

const [keys, log] = [join(folder, 'keys'), join(folder, 'worker.log')];
const env = {
  ...(await simulatedEnvironment(world, server, folder, FAST)),
  ASO_PAYLOAD_KEYS: keys,
  ASO_LOG_FORMAT: 'json',
};
let worker: WorkerProcess | null = null;
let connection: AsoConnection | null = null;
afterAll(() => Promise.all([worker?.stop(), connection?.close()]));

/** The file has these keys now, and everybody who reads it is begun anew: the worker, and this client. */
async function haveKeys(...lines: string[]): Promise<AsoConnection['client']> {
  await worker?.stop();
  await connection?.close();
  await writeFile(keys, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (worker) await worker.restart();
  else worker = await WorkerProcess.start(env, { log });
  connection = await connect(env);
  return connection.client;
}

/** Open workflows that could not go on if the file had this key alone, as an operator finds out; and why. */
async function lostWith(line: string): Promise<Record<string, string>> {
  const { out } = await runAso(['deployment', 'check', '--json'], { env: { ...env, ASO_PAYLOAD_KEYS: privateFile([line]) } }); // prettier-ignore
  const { broken } = JSON.parse(out) as { broken: { workflowId: string; reason: string }[] };
  return Object.fromEntries(broken.map(({ workflowId, reason }) => [workflowId, reason]));
}

const asOperator = { by: 'olga', reason: 'downtime' };

test('payload keys are changed while a task runs, step by step: everything arrives, and nothing needs the old key in the end', async () => {
  let client = await haveKeys(k1);
  let task = new TestTask(world, { client });
  const lasting = Promise.withResolvers<void>();
  task.fault('out0_1\\.', { outcome: { until: lasting.promise } });
  await operate(client, 'closeSite', { site: 'T2_US_MIT', direction: 'source', ...asOperator });
  const waiter = await startJobOutput(client, task.name, await task.job({ jobId: '1' }));
  await expect.poll(() => task.copyStates(), PATIENT).toEqual(['ACTIVE']);
  await task.add(await task.job({ jobId: '2' }));
  await expect.poll(() => task.copyStates(), PATIENT).toEqual(['ACTIVE', 'SUBMITTED']);
  await task.add(await task.job({ jobId: '3', source: 'T2_DE_DESY' }));
  await expect.poll(() => task.transfer(), PATIENT).toEqual({ SUBMITTED: 2, DONE: 1 });

  client = await haveKeys(k1, k2);
  task = task.at({ client });
  // A worker that has just begun has just read that the site is closed.
  await task.add(await task.job({ jobId: '4', source: 'T2_US_MIT' }));
  await task.add(await task.job({ jobId: '5', source: 'T2_DE_DESY' }));
  await expect.poll(() => task.transfer(), PATIENT).toEqual({ SUBMITTED: 2, HELD: 1, DONE: 2 });

  client = await haveKeys(k2, k1);
  const changed = new Date();
  task = task.at({ client });
  await task.add(await task.job({ jobId: '6', source: 'T2_DE_DESY' }));
  await expect.poll(() => task.transfer(), PATIENT).toEqual({ SUBMITTED: 2, HELD: 1, DONE: 3 });

  // Too early: it is said beforehand, and by whatever does not go on; with the key back, all of it does.
  expect(Object.values(await lostWith(k2)).join('\n')).toMatch(/encrypted with key "k1", which the file of payloadKeys does not have \(it has k2\)/); // prettier-ignore
  await haveKeys(k2);
  const { code, err } = await runAso(['status', task.name], { env });
  expect(code).toBe(1);
  expect(err).toContain("its worker could not answer: the worker's log says why. Where a key of payloads is missing, `aso deployment check`"); // prettier-ignore
  expect(await readFile(log, 'utf8')).toContain('encrypted with key \\"k1\\", which the file of payloadKeys does not have (it has k2)'); // prettier-ignore
  client = await haveKeys(k2, k1);
  task = task.at({ client });
  await expect.poll(() => task.transfer(), PATIENT).toEqual({ SUBMITTED: 2, HELD: 1, DONE: 3 });

  lasting.resolve();
  await operate(client, 'openSite', { site: 'T2_US_MIT', direction: 'source', ...asOperator });
  expect(await task.finish()).toMatchObject({ files: 6, transfer: { DONE: 6 }, publication: { DONE: 6 } });
  expect(await client.workflow.getHandle(waiter.workflowId).result()).toMatchObject({ files: [{ transfer: 'DONE' }] });
  expect(task.copies()).toHaveLength(6);

  // A task that is begun now knows the new key only; `operations` does when it has turned over.
  let next = new TestTask(world, { client }, 'bob');
  await next.add(await next.job({ jobId: '1' }));
  expect(Object.keys(await lostWith(k2))).toEqual([OPERATIONS]);
  const turnOver = async (): Promise<boolean> => {
    await operate(client, 'closeSite', { site: 'T2_US_MIT', direction: 'source', ...asOperator });
    await operate(client, 'openSite', { site: 'T2_US_MIT', direction: 'source', ...asOperator });
    return (await client.workflow.getHandle(OPERATIONS).describe()).startTime > changed;
  };
  await expect.poll(turnOver, PATIENT).toBe(true);
  expect(await lostWith(k2)).toEqual({});
  await forgetClosed(client, changed);

  client = await haveKeys(k2);
  next = next.at({ client });
  await next.add(await next.job({ jobId: '2' }));
  expect(await next.finish()).toMatchObject({ transfer: { DONE: 2 }, publication: { DONE: 2 } });
  expect((await operationsJournal(client)).length).toBeGreaterThan(3);
  expect(await everythingTemporalKeeps(client)).toContain(next.name);
}, 240_000);

/** What the end of the namespace's retention does to workflows that were begun before. */
async function forgetClosed({ workflow, workflowService }: AsoConnection['client'], before: Date): Promise<void> {
  const query = `ExecutionStatus != "Running" AND StartTime < "${before.toISOString()}"`;
  for await (const { workflowId, runId } of workflow.list({ query }))
    await workflowService.deleteWorkflowExecution({
      namespace: server.namespace,
      workflowExecution: { workflowId, runId },
    });
  await expect.poll(async () => (await workflow.count(query)).count, PATIENT).toBe(0);
}
