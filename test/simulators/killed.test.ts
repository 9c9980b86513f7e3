import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { StorageEvent } from '../../src/simulators/storage/storage-event.ts';
import { StateFile } from '../../src/simulators/state-file.ts';
import { startOwnedProcess } from '../../src/workers/child-process.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Simulator {
  url: string;
  kill(): Promise<void>;
}

async function simulate(...args: string[]): Promise<Simulator> {
  const simulator = await startOwnedProcess(process.execPath, [MAIN, 'simulate', ...args]);
  const { child } = simulator;
  const output = (): string => simulator.output();
  const kill = async (): Promise<void> => {
    if (child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  await expect.poll(output, { timeout: 30_000 }).toContain('simulator at ');
  return { url: /at (\S+)/.exec(output())?.[1] ?? '', kill };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aso-killed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const ask = async <T>(url: string, init: RequestInit = {}): Promise<T> => (await (await fetch(url, init)).json()) as T;

it('FTS goes on with its jobs after SIGKILL: what waited is copied, a copy that died with it is given up', async () => {
  const folder = await newFolder();
  const script = join(folder, 'fts.yaml');
  await writeFile(
    script,
    'transferFaults: [{ url: hang, outcome: hang }]\nclockwork: { tickMs: 20, activePerLink: 1, stalledAfterMs: 200 }\n',
  );
  const args = ['fts3', '--script', script, '--state', join(folder, 'fts.db')];
  const before = await simulate(...args);
  const names = ['hang', 'next'];
  const files = names.map((name) => ({
    sources: [`mock://a/${name}?size=1`],
    destinations: [`mock://b/${name}?size_post=1`],
  }));
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ files, params: { retry: -1 } });
  const { job_id: id } = await ask<{ job_id: string }>(`${before.url}/jobs`, { method: 'POST', headers: json, body });
  const states = async (url: string): Promise<string[]> =>
    (await ask<{ file_state: string }[]>(`${url}/jobs/${id}/files`)).map(({ file_state }) => file_state);
  await expect.poll(() => states(before.url)).toEqual(['ACTIVE', 'SUBMITTED']);
  await before.kill();

  const after = await simulate(...args);
  expect(await states(after.url)).toContain('ACTIVE');
  await expect.poll(() => states(after.url)).toEqual(['FAILED', 'FINISHED']);
  await expect.poll(() => ask(`${after.url}/jobs/${id}`)).toMatchObject({ job_state: 'FINISHEDDIRTY' });
});

it('CRAB, DBS and a door know after SIGKILL what they had answered', async () => {
  const folder = await newFolder();
  const state = (name: string): string[] => ['--state', join(folder, name)];
  const start = () =>
    Promise.all([
      simulate('crab', ...state('crab.db')),
      simulate('dbs', ...state('dbs.db')),
      simulate('storage', '--root', join(folder, 'sites'), ...state('storage.db')),
    ]);
  const [crab, dbs, storage] = await start();
  const row = {
    ...{ id: 'a1', username: 'alice', taskname: 't', destination: 'T2_B', destination_lfn: '/b', source: 'T2_A' },
    ...{ source_lfn: '/a', filesize: '1', publish: '0', transfer_state: 'NEW', publication_state: 'NOT_REQUIRED' },
    ...{ job_id: '1', job_retry_count: '0', type: 'output', start_time: '1' },
  };
  await fetch(`${crab.url}/crabserver/prod/fileusertransfers`, { method: 'PUT', body: new URLSearchParams(row) });
  const acquire = { subresource: 'acquireTransfers', asoworker: 'aso', username: 'alice' };
  const queue = '/crabserver/prod/filetransfers';
  await fetch(crab.url + queue, { method: 'POST', body: new URLSearchParams(acquire) });
  const primary = { primary_ds_name: 'GenericTTbar', primary_ds_type: 'mc' };
  const datasets = (url: string): string => `${url}/dbs/prod/phys03/DBSReader/datasets`;
  await fetch(`${dbs.url}/dbs/prod/phys03/DBSWriter/primarydatasets`, {
    method: 'POST',
    body: JSON.stringify(primary),
  });
  const datasetsBefore = await ask(datasets(dbs.url));
  await fetch(`${storage.url}/T2_A/store/a`, { method: 'PUT', body: 'abc', headers: { 'user-agent': 'x' } });
  await fetch(`${storage.url}/T2_A/store/a`, { method: 'HEAD', headers: { 'want-digest': 'adler32' } });
  await Promise.all([crab, dbs, storage].map((simulator) => simulator.kill()));

  const [crabAgain, dbsAgain] = await start();
  const mine = `${crabAgain.url}${queue}?subresource=acquiredTransfers&grouping=0&asoworker=aso`;
  expect(await ask(mine)).toMatchObject({ result: [expect.arrayContaining(['a1', 'alice'])] });
  expect(await ask(datasets(dbsAgain.url))).toEqual(datasetsBefore);
  const events = new StateFile(join(folder, 'storage.db'));
  onTestFinished(() => events.close());
  expect(events.all<StorageEvent>('event')).toMatchObject([
    { site: 'T2_A', lfn: '/store/a', method: 'PUT', client: 'x', status: 201 },
    { site: 'T2_A', lfn: '/store/a', method: 'HEAD', status: 200, size: 3, adler32: '024d0127' },
  ]);
});
