import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import * as aso from '../../src/client/index.ts';
import { verifySecrets } from '../../src/demo/verify-secrets.ts';
import { makeToken } from '../../src/simulators/bearer-token.ts';
import { createSimulatedPki, type SimulatedPki } from '../../src/simulators/pki/simulated-pki.ts';
import { setUpNamespace } from '../../src/workers/setup-namespace.ts';

/** Its own: the histories of all other tests are none of its business. */
const NAMESPACE = `verify-secrets-${process.pid}`;

let connection: aso.AsoConnection;
let pki: SimulatedPki;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  pki = await createSimulatedPki(folder, ['alice']);
  connection = await aso.connect({ TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: NAMESPACE });
  const options = { retentionDays: 1, say: () => undefined };
  await setUpNamespace(connection.client.connection as Connection, NAMESPACE, options);
});

afterAll(async () => {
  await connection.close();
  await rm(folder, { recursive: true });
});

/** Leaves a text in the history of a workflow that nobody works on. */
async function leave(text: string): Promise<string> {
  const workflowId = randomUUID();
  await connection.client.workflow.start('nothing', { workflowId, taskQueue: 'nobody', args: [{ text }] });
  return workflowId;
}

async function problems(log = ''): Promise<string[]> {
  const file = join(folder, 'worker.log');
  await writeFile(file, log);
  const checks = await verifySecrets(connection.client, pki, file);
  return checks.flatMap((check) => check.problems);
}

it('finds secrets wherever they lie, also in payloads that are compressed, and nothing else', async () => {
  await leave('/store/user/alice/TTbar/CN=2/t0000/out.root, no credential of alice: expired 2026-11-24T10:00:00Z');
  expect(await problems('the lease of alice/proxy.pem has ended')).toEqual([]);

  const key = (await readFile(join(pki.credentials, 'alice', 'proxy.pem'), 'utf8')).split('PRIVATE KEY')[1] ?? '';
  const found = await Promise.all([
    leave('No delegation found for "/DC=org/DC=example/CN=alice"'),
    leave(`${'far into a long text '.repeat(2_000)} ${makeToken('alice', 60)}`),
    // Without its first and last line.
    leave(key.replaceAll('-----', '')),
  ]);
  await expect
    .poll(async () => (await problems()).map((problem) => /the history of (\S+)/.exec(problem)?.[1]).sort())
    .toEqual(found.sort());
  expect(await problems('-----BEGIN PRIVATE KEY-----')).toHaveLength(found.length + 1);
});
