import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGfalStorage } from '../../../src/adapters/storage/gfal-storage.ts';
import type { Credential, CredentialStore } from '../../../src/ports/credentials.ts';
import { createFakeGfal, type FakeGfal } from '../../support/fake-gfal.ts';

const URL = 'root://se.example//store/temp/user/alice.abc/out_1.root';
const ALICE = { user: 'alice', group: '', role: '' };
const PROXY: Credential = {
  kind: 'x509',
  chain: ['-----LEAF-----\n', '-----ISSUER-----\n'],
  key: '-----KEY-----\n',
  expiresAt: 0,
  fingerprint: 'f',
};
const TOKEN: Credential = { kind: 'token', token: 'a-token', expiresAt: null, fingerprint: 't' };

const storeOf = (credential: Credential): CredentialStore => ({
  get: () => Promise.resolve(credential),
  list: () => Promise.resolve([]),
});

let gfal: FakeGfal;
beforeEach(async () => {
  gfal = await createFakeGfal();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await gfal.remove();
});

const storage = (credential: Credential = PROXY) =>
  createGfalStorage({ store: storeOf(credential), gfalRm: join(gfal.bin, 'gfal-rm') });

describe('gfal-rm', () => {
  it('removes a file, and says when there was none', async () => {
    await gfal.write(URL, 'bytes');
    expect(await storage().remove(URL, ALICE)).toBe('removed');
    expect(await gfal.read(URL)).toBeNull();
    expect(await storage().remove(URL, ALICE)).toBe('absent');
  });

  it('acts as the owner, whose credential lies in a file only meanwhile', async () => {
    vi.stubEnv('ASO_SECRET', 'x');
    vi.stubEnv('X509_USER_PROXY', '/somebody/elses');
    await storage().remove(URL, ALICE);
    await storage(TOKEN).remove(URL, ALICE);
    expect(await gfal.calls()).toEqual([
      {
        args: ['gfal-rm', '-t', '180', URL],
        credential: '-----LEAF-----\n-----KEY-----\n-----ISSUER-----\n',
        mode: '600',
        ours: [],
      },
      expect.objectContaining({ credential: 'a-token', mode: '600' }),
    ]);
  });

  it('clears away credentials that a worker left when it was killed, and none that is in use', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'gfal-leftovers-'));
    vi.stubEnv('TMPDIR', temporary);
    const [left, used] = [join(temporary, 'aso-credential-a1B2c3'), join(temporary, 'aso-credential-d4E5f6')];
    await Promise.all([mkdir(left), mkdir(used)]);
    await writeFile(join(left, 'credential'), 'x', { mode: 0o600 });
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(left, anHourAgo, anHourAgo);
    storage();
    await expect.poll(() => readdir(temporary)).toEqual(['aso-credential-d4E5f6']);
    await rm(temporary, { recursive: true });
  });

  it('is killed when it hangs', async () => {
    const hanging = createGfalStorage({
      store: storeOf(PROXY),
      gfalRm: join(gfal.bin, 'gfal-rm'),
      timeoutSeconds: 1,
      graceSeconds: 0,
    });
    await expect(hanging.remove(`${URL}.hang`, ALICE)).rejects.toMatchObject({
      type: 'StorageUnavailable',
      retryable: true,
      message: expect.stringContaining('killed, it took too long') as string,
    });
  });

  it.each([
    ['denied', { type: 'StorageRefused', retryable: false, message: /exit code 13.*Permission denied.*<DN>/ }],
    ['broken', { type: 'StorageUnavailable', retryable: true, message: /exit code 5/ }],
    ['expired', { type: 'CredentialUnavailable', retryable: true }],
  ])('says why not: %s', async (word, failure) => {
    await expect(storage().remove(`${URL}.${word}`, ALICE)).rejects.toMatchObject(failure);
  });

  it.each(['file:///etc/passwd', 'root://se.example//store/folder/', '-r', 'https://door/x', 'root:///x'])(
    'is never asked to delete %s',
    async (url) => {
      await expect(storage().remove(url, ALICE)).rejects.toMatchObject({ type: 'StorageNoWay', retryable: false });
      expect(await gfal.calls()).toEqual([]);
    },
  );
});

describe('where it is found', () => {
  it('is PATH where nothing is configured', async () => {
    vi.stubEnv('PATH', gfal.path);
    await gfal.write(URL, 'bytes');
    const found = createGfalStorage({ store: storeOf(PROXY), gfalRm: null });
    expect(await found.remove(URL, ALICE)).toBe('removed');
  });

  it('may be nowhere', async () => {
    vi.stubEnv('PATH', join(gfal.bin, 'none'));
    const none = createGfalStorage({ store: storeOf(PROXY), gfalRm: null });
    await expect(none.remove(URL, ALICE)).rejects.toMatchObject({
      type: 'StorageNoWay',
      message: 'no way to see or delete root files: gfal-rm is not installed',
    });
  });
});

describe('a look', () => {
  it('tells size and Adler-32', async () => {
    await gfal.write(URL, 'Wikipedia');
    expect(await storage().look(URL, ALICE)).toEqual({ size: 9, adler32: '11e60398' });
  });

  it('tells the size alone where the storage has no checksum', async () => {
    await gfal.write(`${URL}.no-sum`, 'Wikipedia');
    expect(await storage().look(`${URL}.no-sum`, ALICE)).toEqual({ size: 9, adler32: null });
  });

  it('is null for a file that is not there', async () => {
    expect(await storage().look(URL, ALICE)).toBeNull();
  });
});
