import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import type { StorageSimulator } from '../../src/simulators/storage/storage-simulator.ts';
import {
  aNumber,
  atStorage,
  eventually,
  fileOf,
  startFts,
  startStorage,
  type Fts,
  type WireFile,
} from './fts3-helpers.ts';

interface World {
  fts: Fts;
  storage: StorageSimulator;
}

async function world(options: FtsSimulatorOptions = {}): Promise<World> {
  const storage = await startStorage();
  return { storage, fts: await startFts({ resolveUrl: atStorage(storage), ...options }) };
}

/** The only file of a job, once the job is over. */
async function ended({ fts }: World, jobId: string) {
  await fts.until(jobId, 'FINISHED', 'FAILED', 'CANCELED');
  return fts.job(jobId)?.files[0];
}

describe('copies', () => {
  it('move the bytes and check them at both ends', async () => {
    const w = await world();
    const content = randomBytes(300_000);
    const { size, adler32 } = await w.storage.writeFile('T2_A', '/store/f', content);
    const jobId = await w.fts.submit([fileOf('f', { filesize: size, checksum: `ADLER32:${adler32}` })], {
      verify_checksum: true,
    });
    expect(await ended(w, jobId)).toMatchObject({ state: 'FINISHED', size, reason: '' });
    expect(await w.storage.readFile('T2_B', '/store/f')).toEqual(content);
    const [file] = (await w.fts.ask<WireFile[]>('GET', `/jobs/${jobId}/files`)).body;
    expect(file).toMatchObject({ source_se: 'davs://t2_a.example', dest_se: 'davs://t2_b.example', filesize: size });
    expect(file?.throughput).toBeGreaterThan(0);
  });

  it('copy empty files', async () => {
    const w = await world();
    await w.storage.writeFile('T2_A', '/store/f', '');
    const jobId = await w.fts.submit([fileOf('f')], { verify_checksum: true });
    expect(await ended(w, jobId)).toMatchObject({ state: 'FINISHED', size: 0 });
    expect(await w.storage.readFile('T2_B', '/store/f')).toHaveLength(0);
  });

  it('fail where the source is missing, and are not tried again', async () => {
    const w = await world({ retrySecondMs: 1 });
    const jobId = await w.fts.submit([fileOf('none')], { retry: 3, retry_delay: 1 });
    expect(await ended(w, jobId)).toMatchObject({
      state: 'FAILED',
      reason: 'SOURCE [2] HTTP 404 : File not found',
      recoverable: false,
      retries: 0,
    });
  });

  it('do not touch a destination that exists, unless they may', async () => {
    const w = await world();
    await w.storage.writeFile('T2_A', '/store/f', 'new');
    await w.storage.writeFile('T2_B', '/store/f', 'old');
    expect(await ended(w, await w.fts.submit([fileOf('f')]))).toMatchObject({
      state: 'FAILED',
      reason: 'DESTINATION [17] Destination file exists and overwrite is not enabled',
    });
    expect(String(await w.storage.readFile('T2_B', '/store/f'))).toBe('old');
    expect(await ended(w, await w.fts.submit([fileOf('f')], { overwrite: true }))).toMatchObject({ state: 'FINISHED' });
    expect(String(await w.storage.readFile('T2_B', '/store/f'))).toBe('new');
  });

  it.each([
    ['refused', 'DESTINATION [1] HTTP 403 : Permission refused', false],
    [
      'full',
      'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: copy HTTP 507 : Insufficient Storage',
      true,
    ],
  ] as const)('give the reason seen in production when the destination is %s', async (kind, reason, recoverable) => {
    const w = await world();
    await w.storage.writeFile('T2_A', '/store/f', randomBytes(200_000));
    w.storage.siteFaults.set({ site: 'T2_B', kind });
    expect(await ended(w, await w.fts.submit([fileOf('f')]))).toMatchObject({ state: 'FAILED', reason, recoverable });
  });

  it('blame the side whose storage is down', async () => {
    const w = await world();
    w.storage.siteFaults.set({ site: 'T2_A', kind: 'down' });
    expect(await ended(w, await w.fts.submit([fileOf('f')]))).toMatchObject({
      reason: 'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts',
    });
  });

  it('refuse schemes they do not speak', async () => {
    const w = await world();
    const jobId = await w.fts.submit([{ sources: ['gopher://h.example/a'], destinations: ['gopher://i.example/a'] }]);
    expect((await ended(w, jobId))?.reason).toMatch(/^SOURCE \[93\]/);
  });

  it('compare the source with what the submitter said before anything is written', async () => {
    const w = await world();
    const { adler32 } = await w.storage.writeFile('T2_A', '/store/f', 'content');
    const jobId = await w.fts.submit([fileOf('f', { checksum: 'ADLER32:1' })], { verify_checksum: 'source' });
    expect(await ended(w, jobId)).toMatchObject({
      reason: `SOURCE [5] Source and user-defined ADLER32 checksum do not match (${adler32} != 00000001)`,
      recoverable: false,
    });
    expect(w.storage.server.counts['PUT /T2_B']).toBeUndefined();
  });

  it.each([
    ['target', 'User-defined and destination'],
    ['both', 'User-defined and destination'],
    ['both', 'Source and destination'],
  ])('find wrong bytes with verify_checksum %s: %s, and remove them', async (mode, what) => {
    const w = await world({ transferFaults: [{ url: '/f$', times: 1, outcome: { corrupt: true } }] });
    const { adler32 } = await w.storage.writeFile('T2_A', '/store/f', 'content');
    const checksum = what.startsWith('User') ? { checksum: `ADLER32:${adler32}` } : {};
    const jobId = await w.fts.submit([fileOf('f', checksum)], { verify_checksum: mode });
    const file = await ended(w, jobId);
    expect(file?.reason).toMatch(
      new RegExp(`^DESTINATION \\[5\\] ${what} ADLER32 checksum do not match \\(${adler32} != `),
    );
    expect(await w.storage.listFiles('T2_B')).toEqual([]);
  });

  it('leave wrong bytes unnoticed where nothing is verified', async () => {
    const w = await world({ transferFaults: [{ url: '/f$', outcome: { corrupt: true } }] });
    await w.storage.writeFile('T2_A', '/store/f', 'content');
    expect(await ended(w, await w.fts.submit([fileOf('f')]))).toMatchObject({ state: 'FINISHED' });
    expect(String(await w.storage.readFile('T2_B', '/store/f'))).not.toBe('content');
  });

  it('take the time their size asks for', async () => {
    const w = await world({ bytesPerSecond: 100_000 });
    await w.storage.writeFile('T2_A', '/store/f', randomBytes(20_000));
    const file = await ended(w, await w.fts.submit([fileOf('f')]));
    const [attempt] = file?.attempts ?? [];
    expect((attempt?.endedAt ?? 0) - (attempt?.startedAt ?? 0)).toBeGreaterThanOrEqual(195);
  });

  it('are killed some time after the cancel of their job, and their destination is removed', async () => {
    const w = await world({ minCopyMs: 60_000, cancelGraceMs: 100 });
    await w.storage.writeFile('T2_A', '/store/f', randomBytes(500_000));
    const jobId = await w.fts.submit([fileOf('f')]);
    await eventually(() => w.storage.server.counts['PUT /T2_B'] === 1, 'upload begun');
    await w.fts.ask('DELETE', `/jobs/${jobId}`);
    const [file] = w.fts.job(jobId)?.files ?? [];
    expect(file).toMatchObject({ state: 'CANCELED', finishTime: null, attempts: [{ endedAt: null }] });
    await eventually(() => file?.finishTime !== null, 'finish time');
    expect(file?.attempts).toMatchObject([{ reason: 'aborted' }]);
    expect(w.storage.server.counts['DELETE /T2_B']).toBe(1);
    expect(await w.storage.listFiles('T2_B')).toEqual([]);
  });

  it('run to their end when only their file is cancelled: CANCELED, and yet the bytes are there', async () => {
    const w = await world({ minCopyMs: 150 });
    await w.storage.writeFile('T2_A', '/store/f', 'content');
    const jobId = await w.fts.submit([fileOf('f')]);
    await eventually(() => w.storage.server.counts['PUT /T2_B'] === 1, 'upload begun');
    const [file] = w.fts.job(jobId)?.files ?? [];
    await w.fts.ask('DELETE', `/jobs/${jobId}/files/${file?.fileId}`);
    expect(file).toMatchObject({ state: 'CANCELED', finishTime: aNumber });
    await eventually(() => file?.attempts[0]?.endedAt !== null, 'end of the copy');
    expect(String(await w.storage.readFile('T2_B', '/store/f'))).toBe('content');
    expect(file?.state).toBe('CANCELED');
  });
});
