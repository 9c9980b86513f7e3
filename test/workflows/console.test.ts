import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishDatasetId, stageOutId, transferBatchId } from '../../src/contract/ids.ts';
import { until } from '../../src/demo/until.ts';
import { checkCancel, checkPublish, checkRetry } from '../../src/domain/ledger/message-checks.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { datasetOf, startWorld, type World } from '../support/world.ts';

/** Rows of the tables of its section of docs/operations.md. */
const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const [, section = ''] = /^## Temporal's UI as a console$(.*?)(?=^## |(?![\s\S]))/ms.exec(page) ?? [];
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const QUERIES = rows.flatMap(([, what = '', cell = '']) => {
  const [, query] = /^`((?:Aso|Workflow)\w+ .*)`$/.exec(cell) ?? [];
  return query === undefined ? [] : [[what, query] as const];
});
const MESSAGES = rows.flatMap(([, , name = '', input = '']) => {
  const [, json] = /^`(\{.*\})`$/.exec(input) ?? [];
  return json === undefined ? [] : [[name.replaceAll('`', ''), json] as const];
});

let world: World;
let rig: Rig;
/** Two jobs: one is done and published, a file of the other is refused at its destination. */
let task: TestTask;
beforeAll(async () => {
  world = await startWorld();
  rig = await startRig(world, {
    // Continue as new after some messages: what is listed stays so.
    serverArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=40'],
  });
  task = new TestTask(world, rig);
  const refused = 'DESTINATION [1] HTTP 403 : Permission <refused> | to *all*';
  world.fts.transferFaults.add({ url: `${task.mark}.*out0_2`, outcome: { fail: refused } });
  await task.add(await task.job({ jobId: '1' }));
  await until(async () => (await task.status()).transfer.DONE === 1, AbortSignal.timeout(30_000));
  await task.add(await task.job({ jobId: '2' }));
  await until(async () => (await task.status()).transfer.FAILED === 1, AbortSignal.timeout(30_000));
});
afterAll(async () => {
  await rig.close();
  await world.close();
});

async function listed(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of rig.client.workflow.list({ query })) ids.push(workflowId);
  return [...new Set(ids)];
}

/** As Temporal's UI asks for them. */
async function detailsOf(workflowId: string): Promise<string> {
  const handle = rig.client.workflow.getHandle(workflowId);
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
}

describe('the list', () => {
  test('finds batches by how they fared: one event each', async () => {
    const of = `AsoTask = '${task.name}' AND WorkflowType = 'transferBatch'`;
    await expect.poll(() => listed(`${of} AND AsoState = 'DONE' AND AsoFilesDone = 1`)).toEqual([transferBatchId(task.name, 1)]); // prettier-ignore
    const failed = `${of} AND AsoState = 'FAILED' AND AsoFailureClass = 'permission' AND AsoFilesFailed = 1`;
    await expect.poll(() => listed(failed)).toEqual([transferBatchId(task.name, 2)]);
    expect(await listed(`${of} AND AsoDataset = '${datasetOf(task.name)}' AND AsoFtsServer = '127.0.0.1'`)).toHaveLength(2); // prettier-ignore
    const { events } = await rig.client.workflow.getHandle(transferBatchId(task.name, 2)).fetchHistory();
    expect(events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toHaveLength(1);
  });

  test('shows a pause at once, and what a task came to when it has ended, over all its runs', async () => {
    const of = `WorkflowId = '${stageOutId(task.name)}' AND ExecutionStatus = 'Running'`;
    await expect.poll(() => listed(`${of} AND AsoState = 'OPEN'`)).toHaveLength(1);
    const handle = rig.client.workflow.getHandle(stageOutId(task.name));
    await handle.signal('pause');
    await expect.poll(() => listed(`${of} AND AsoState = 'PAUSED'`)).toHaveLength(1);
    for (let i = 0; i < 25; i++) await handle.signal(i % 2 ? 'pause' : 'resume');
    const runs = async (): Promise<number> => (await rig.client.workflow.count(`WorkflowId = '${stageOutId(task.name)}'`)).count; // prettier-ignore
    await expect.poll(runs).toBeGreaterThan(1);
    await expect.poll(() => listed(`${of} AND AsoState = 'OPEN' AND AsoUser = 'alice'`)).toHaveLength(1);
    expect(await listed(`${of} AND AsoDestination = 'T2_CH_CERN'`)).toHaveLength(1);
  });

  test.each(QUERIES)('docs/operations.md: %s', async (_, query) => {
    await expect(listed(query)).resolves.toBeInstanceOf(Array);
  });
});

describe('current details', () => {
  test('of a task: links, datasets, the failure with its words, what it waits for', async () => {
    const details = await detailsOf(stageOutId(task.name));
    expect(details).toContain('Transfer: DONE 1, FAILED 1.');
    expect(details).toMatch(/\| `T2_IT_Pisa` → `T2_CH_CERN` \| 2 \| 1 \| 0 \| 1 \|/);
    expect(details).toContain(`| \`${datasetOf(task.name)}\` | 2 |`);
    expect(details).toContain('`DESTINATION [1] HTTP 403 : Permission <refused> ¦ to *all*`');
  });

  test('of a batch: its files, its last failure', async () => {
    const details = await detailsOf(transferBatchId(task.name, 2));
    expect(details).toContain('`T2_IT_Pisa` → `T2_CH_CERN`: 1 file, attempt 1');
    expect(details).toMatch(/\| permission \| 1 \|/);
  });

  test('of a publisher: what waits for a block', async () => {
    const details = await detailsOf(publishDatasetId(task.name, datasetOf(task.name)));
    expect(details).toMatch(/1 waiting/);
    expect(details).toMatch(/- a block to fill; it leaves \d{4}-/);
  });

  test('activities say in the history what they are about', async () => {
    const { events } = await rig.client.workflow.getHandle(transferBatchId(task.name, 2)).fetchHistory();
    const texts = events?.flatMap(({ userMetadata }) => userMetadata?.summary?.data ?? []).map(String);
    expect(texts?.join('\n')).toMatch(/"attempt 1: 1 files"/);
  });
});

test.each(MESSAGES)('docs/operations.md: %s %s is a message that the task takes', (name, json) => {
  const check = { cancel: checkCancel, publish: checkPublish, retry: checkRetry }[name];
  expect(check?.(JSON.parse(json))).toBeNull();
});

test('the docs have queries and messages', () => {
  expect(QUERIES.length).toBeGreaterThan(15);
  expect(MESSAGES.length).toBeGreaterThan(5);
});
