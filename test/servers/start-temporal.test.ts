import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveInto, ARCHIVES_SOON } from '../../bench/support/archive.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.ts';
import { findServerPrograms } from '../../src/servers/find-programs.ts';
import type { Postgresql } from '../../src/servers/postgresql.ts';
import { startTemporal } from '../../src/servers/start-temporal.ts';
import type { TemporalServer } from '../../src/servers/temporal-server.ts';
import { isPostgresqlMissing } from '../support/postgresql.ts';
import { isAlive, processTree } from '../support/processes.ts';

/** Starts a workflow that nobody works on. @param patienceMs in which it must have begun */
async function startWorkflow(
  { address, namespace }: TemporalServer,
  workflowId: string,
  patienceMs = 30_000,
): Promise<void> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const typedSearchAttributes = [{ key: SEARCH_ATTRIBUTES.user, value: 'alice' }];
  try {
    await client.withDeadline(Date.now() + patienceMs, () =>
      client.workflow.start('any', { workflowId, taskQueue: 'nobody', typedSearchAttributes }),
    );
  } finally {
    await connection.close();
  }
}

/** Ids of alice's workflows, by the list of workflows. */
async function workflowsOf({ address, namespace }: TemporalServer): Promise<string[]> {
  const connection = await Connection.connect({ address, connectTimeout: 30_000 });
  const ids: string[] = [];
  try {
    const { workflow } = new Client({ connection, namespace });
    for await (const { workflowId } of workflow.list({ query: 'AsoUser = "alice"' })) ids.push(workflowId);
  } finally {
    await connection.close();
  }
  return ids.sort();
}

test('on a file, what was known is known after a kill', async () => {
  const server = await startTemporal({ store: 'file' });
  await startWorkflow(server, 'one');
  const { pid, address } = server;
  await server.kill();
  expect(isAlive(pid)).toBe(false);
  await server.restart();
  expect(server.address).toBe(address);
  await expect.poll(() => workflowsOf(server)).toEqual(['one']);
  await server.close();
  expect(isAlive(server.pid)).toBe(false);
});

describe.skipIf(isPostgresqlMissing('Temporal on PostgreSQL'))('on PostgreSQL', { timeout: 60_000 }, () => {
  let server: TemporalServer;
  let database: Postgresql;
  let archive: string;
  let logs: string;

  beforeAll(async () => {
    archive = await mkdtemp(join(tmpdir(), 'aso-archive-'));
    logs = await mkdtemp(join(tmpdir(), 'aso-logs-'));
    server = await startTemporal({ store: 'postgresql', logs, archive, dynamicConfig: ARCHIVES_SOON });
    database = server.database!;
  });
  afterAll(async () => {
    await server.close();
    for (const folder of [archive, logs]) await rm(folder, { recursive: true, force: true });
  });

  test('what was known is known after the server and PostgreSQL were killed, each by itself and together', async () => {
    await startWorkflow(server, 'one');
    await expect.poll(() => workflowsOf(server)).toEqual(['one']);

    await server.kill();
    await server.restart();
    await expect.poll(() => workflowsOf(server)).toEqual(['one']);

    await database.kill();
    await expect(startWorkflow(server, 'while it is down', 3_000)).rejects.toThrow();
    await database.restart();
    await expect.poll(() => workflowsOf(server).catch(() => null)).toEqual(['one']);

    await Promise.all([server.kill(), database.kill()]);
    await database.restart();
    await server.restart();
    await startWorkflow(server, 'two');
    await expect.poll(() => workflowsOf(server)).toEqual(['one', 'two']);
  });

  test('what server and PostgreSQL wrote can be read, also of those that were killed', () => {
    const log = readFileSync(join(logs, 'postgresql.log'), 'utf8');
    expect(log.match(/ready to accept connections/g)!.length).toBeGreaterThan(2);
    expect(log).not.toContain(database.password);
    expect(readFileSync(join(logs, 'temporal.log'), 'utf8')).toContain('Loading config');
  });

  test('a list of many workflows is answered', async () => {
    const connection = await Connection.connect({ address: server.address });
    const { workflow } = new Client({ connection, namespace: server.namespace });
    const typedSearchAttributes = [{ key: SEARCH_ATTRIBUTES.user, value: 'bob' }];
    const list = async (): Promise<number> => {
      let length = 0;
      for await (const { typedSearchAttributes: of } of workflow.list({ query: 'AsoUser = "bob"' }))
        if (of.get(SEARCH_ATTRIBUTES.user) === 'bob') length += 1;
      return length;
    };
    try {
      for (let at = 0; at < 1_000; at += 50)
        await Promise.all(
          Array.from({ length: 50 }, (_, one) =>
            workflow.start('any', { workflowId: `many${at + one}`, taskQueue: 'nobody', typedSearchAttributes }),
          ),
        );
      await expect.poll(list).toBe(1_000);
    } finally {
      await connection.close();
    }
  });

  test('nobody gets in without the password', () => {
    const psql = join(findServerPrograms().postgresql, 'psql');
    const where = ['-h', database.host, '-p', String(database.port), '-U', database.user, '-d', 'temporal'];
    const { status, stderr } = spawnSync(psql, [...where, '-w', '-c', 'SELECT 1'], { encoding: 'utf8', env: {} });
    expect(status).not.toBe(0);
    expect(stderr).toContain('no password supplied');
  });

  test('where a namespace asks for it, histories of closed workflows are archived, and read from there when these are deleted', async () => {
    const { namespace } = server;
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection, namespace });
    await archiveInto(archive, client);
    const runs: string[] = [];
    /** A run that is in the archive; each time another closes, as those are not archived that close before the server knows. */
    const archivedRun = async (): Promise<string | undefined> => {
      const started = await client.workflow.start('any', { workflowId: 'old', taskQueue: 'nobody' });
      await started.terminate('it is old');
      runs.push(started.firstExecutionRunId);
      const histories = await Promise.all(
        (await readdir(archive)).map((name) => readFile(join(archive, name), 'utf8')),
      );
      return runs.find((runId) => histories.some((history) => history.includes(runId)));
    };
    let runId: string | undefined;
    await expect.poll(async () => (runId = await archivedRun())).toBeDefined();
    const handle = client.workflow.getHandle('old', runId);
    const workflowExecution = { workflowId: 'old', runId: runId! };
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
    await expect.poll(() => handle.describe().catch(({ name }: Error) => name)).toBe('WorkflowNotFoundError');
    const { events } = await handle.fetchHistory();
    expect(events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason).toBe('it is old');
    await connection.close();
  });

  test('a copy that follows becomes one that takes writes', async () => {
    const standby = await database.copyAs('standby');
    try {
      expect(await standby.query('postgres', 'SELECT pg_is_in_recovery()')).toEqual(['t']);
      await startWorkflow(server, 'three');
      const known = (): Promise<string[]> =>
        standby.query('temporal', "SELECT count(*) FROM executions WHERE workflow_id = 'three'");
      await expect.poll(known).toEqual(['1']);
      await standby.promote();
      expect(await standby.query('postgres', 'SELECT pg_is_in_recovery()')).toEqual(['f']);
    } finally {
      await standby.close();
    }
    expect(existsSync(standby.folder)).toBe(false);
  });

  test('server and PostgreSQL end when their parent is killed, frozen or not', async () => {
    const script = `
      import { startTemporal } from ${JSON.stringify(new URL('../../src/servers/start-temporal.ts', import.meta.url).href)};
      const { pid, database } = await startTemporal({ store: 'postgresql' });
      console.log(JSON.stringify([pid, database.pid]));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const [temporal, postmaster] = JSON.parse(text.toString()) as [number, number];
    const all = [temporal, ...processTree(postmaster)];
    expect(all.length).toBeGreaterThan(5);
    process.kill(postmaster, 'SIGSTOP');
    parent.kill('SIGKILL');
    await expect.poll(() => all.filter(isAlive)).toEqual([]);
  });
});
