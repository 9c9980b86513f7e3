import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ALL_SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { checkSearchAttributes, setUpNamespace } from '../../src/workers/setup-namespace.ts';
import { runAso } from '../cli/run-aso.ts';

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
});
afterAll(() => connection.close());

async function setUp(namespace: string, retentionDays: number): Promise<string[]> {
  const said: string[] = [];
  await setUpNamespace(connection, namespace, { retentionDays, say: (text) => said.push(text) });
  return said;
}

test('creates a missing namespace with retention and search attributes; the second time there is nothing to do', async () => {
  const namespace = `setup-${randomUUID()}`;
  const first = await setUp(namespace, 45);
  expect(first[0]).toMatch(/created, keeps closed workflows for 45 days/);
  expect(first[1]).toMatch(/registered search attributes AsoTask, .*AsoFilesFailed/);
  const second = await setUp(namespace, 45);
  expect(second[0]).toMatch(/keeps closed workflows for 45 days, 45 or more are needed/);
  expect(second[1]).toMatch(/all 11 search attributes are there/);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(ALL_SEARCH_ATTRIBUTES.map((a) => a.name)));
});

test('lengthens retention that is too short, and leaves a longer one alone', async () => {
  const namespace = `setup-${randomUUID()}`;
  await setUp(namespace, 3);
  expect((await setUp(namespace, 45))[0]).toMatch(/now keeps closed workflows for 45 days \(3 before\)/);
  expect((await setUp(namespace, 10))[0]).toMatch(/keeps closed workflows for 45 days, 10 or more are needed/);
});

/** A namespace that others have prepared: with our search attributes but for what the test changes. */
async function prepared(change: (attributes: Map<string, number>) => void): Promise<string> {
  const namespace = `setup-${randomUUID()}`;
  const day = { seconds: 86_400 };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day as never });
  const attributes = new Map(
    ALL_SEARCH_ATTRIBUTES.map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type) as number]),
  );
  change(attributes);
  const wanted = { namespace, searchAttributes: Object.fromEntries(attributes) };
  await expect.poll(() => connection.operatorService.addSearchAttributes(wanted).catch(() => null)).not.toBeNull();
  const names = async (): Promise<string[]> =>
    Object.keys((await connection.operatorService.listSearchAttributes({ namespace })).customAttributes);
  await expect.poll(names).toEqual(expect.arrayContaining([...attributes.keys()]));
  return namespace;
}

test('a worker does not start in a namespace that lacks a search attribute: it names it and the command, which mends it', async () => {
  const namespace = await prepared((attributes) => attributes.delete('AsoFailureClass'));
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: namespace };
  const worker = await runAso(['worker'], { env });
  expect(worker.err).toContain('lacks search attributes: AsoFailureClass (KEYWORD_LIST); run `aso setup namespace`');
  expect(worker.code).toBe(2);
  expect(await setUp(namespace, 1)).toContainEqual(
    expect.stringMatching(/registered search attributes AsoFailureClass$/),
  );
  expect(await checkSearchAttributes(connection, namespace)).toBeNull();
});

test('nor where one has another type: that is for a person to change', async () => {
  const keyword = encodeSearchAttributeIndexedValueType('KEYWORD') as number;
  const namespace = await prepared((attributes) => attributes.set('AsoDataset', keyword));
  await expect(checkSearchAttributes(connection, namespace)).rejects.toThrow(
    /another type than ours: AsoDataset must be KEYWORD_LIST; remove each with `temporal operator search-attribute remove/,
  );
});

test('nor where there is no such namespace', async () => {
  await expect(checkSearchAttributes(connection, `none-${randomUUID()}`)).rejects.toThrow(
    /there is no namespace none-/,
  );
});
