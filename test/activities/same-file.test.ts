import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare, removeIfSame } from '../../src/activities/same-file.ts';
import { createAnonymousDispatchers, NO_USER, type Dispatchers } from '../../src/adapters/credentials/dispatchers.ts';
import { createWebDavStorage } from '../../src/adapters/storage/webdav-storage.ts';
import type { StoragePort } from '../../src/ports/storage.ts';
import { startStorageSimulator, type StorageSimulator } from '../../src/simulators/storage/storage-simulator.ts';

const LFN = '/store/temp/user/jdoe.abc/out_1.root';

let root: string;
let simulator: StorageSimulator;
let dispatchers: Dispatchers;
let storage: StoragePort;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'same-file-'));
  simulator = await startStorageSimulator({
    root,
    sites: ['Site'],
    habits: { Site: { kind: 'dcache', quirks: ['if-match'] } },
  });
  dispatchers = createAnonymousDispatchers();
  storage = createWebDavStorage({ dispatchers, timeoutMs: 2000 });
});

afterEach(async () => {
  await dispatchers.close();
  await simulator.close();
  await rm(root, { recursive: true });
});

const write = (content: string) => simulator.writeFile('Site', LFN, content);
const content = async () => (await simulator.readFile('Site', LFN))?.toString() ?? null;

/** Somebody writes between a look and what follows it, at the first look only. */
function writingAfterLook(bytes: string): StoragePort {
  let looks = 0;
  return {
    ...storage,
    async look(url, credential) {
      const found = await storage.look(url, credential);
      if ((looks += 1) === 1) await write(bytes);
      return found;
    },
  };
}

describe('removeIfSame', () => {
  it('removes what was reported', async () => {
    const written = await write('old bytes');
    const outcome = await removeIfSame(
      storage,
      simulator.urlOf('Site', LFN),
      NO_USER,
      (f) => compare(f, written) === 'right',
    );
    expect([outcome, await content()]).toEqual(['removed', null]);
  });

  it('leaves the bytes of a newer run alone, also where they come between the look and the DELETE', async () => {
    const written = await write('old bytes');
    const isSame = (f: Parameters<typeof compare>[0]) => compare(f, written) === 'right';
    const outcome = await removeIfSame(writingAfterLook('new bytes'), simulator.urlOf('Site', LFN), NO_USER, isSame);
    expect([outcome, await content()]).toEqual(['changed', 'new bytes']);
    expect(await removeIfSame(storage, simulator.urlOf('Site', LFN), NO_USER, isSame)).toBe('changed');
  });

  it('is not held up by a door whose entity tags are of no use', async () => {
    const written = await write('old bytes');
    simulator.server.faults.add({ method: 'DELETE', path: '.', times: 1, action: 'answer', status: 412, body: '' });
    const outcome = await removeIfSame(
      storage,
      simulator.urlOf('Site', LFN),
      NO_USER,
      (f) => compare(f, written) === 'right',
    );
    expect([outcome, await content()]).toEqual(['removed', null]);
  });
});

describe('compare', () => {
  const record = { size: 3, adler32: '0A1B2C3D' };
  it.each([
    [{ size: 3, adler32: '0a1b2c3d' }, record, 'right'],
    [{ size: 3, adler32: '0a1b2c3e' }, record, 'wrong'],
    [{ size: 4, adler32: '0a1b2c3d' }, record, 'wrong'],
    [{ size: 3, adler32: null }, record, 'plausible'],
    [{ size: 3, adler32: '0a1b2c3d' }, { size: 3, adler32: null }, 'plausible'],
  ] as const)('%j beside %j: %s', (found, reported, verdict) => {
    expect(compare(found, reported)).toBe(verdict);
  });
});
