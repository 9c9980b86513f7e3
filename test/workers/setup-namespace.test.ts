import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ALL_SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { setUpNamespace } from '../../src/workers/setup-namespace.ts';

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
