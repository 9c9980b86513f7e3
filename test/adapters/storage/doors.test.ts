import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createWebDavStorage } from '../../../src/adapters/storage/webdav-storage.ts';
import type { StoragePort } from '../../../src/ports/storage.ts';
import type { Quirk, SiteHabits } from '../../../src/simulators/storage/habits.ts';
import { startStorageSimulator, type StorageSimulator } from '../../../src/simulators/storage/storage-simulator.ts';

const LFN = '/store/temp/user/jdoe.abc/out_1.root';
/** Its Adler-32 begins with zeros, which EOS strips. */
const CONTENT = 'a';
const ADLER32 = '00620062';

const KINDS = ['dcache', 'xrootd', 'storm', 'eos'] as const;
const habitOf = (kind: SiteHabits['kind'], ...quirks: Quirk[]): SiteHabits => ({ kind, quirks });

let root: string;
let simulator: StorageSimulator;
let dispatchers: Dispatchers;
let storage: StoragePort;
let url: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'doors-'));
  dispatchers = createAnonymousDispatchers();
  storage = createWebDavStorage({ dispatchers, timeoutMs: 2000 });
});

afterEach(async () => {
  await dispatchers.close();
  await simulator.close();
  await rm(root, { recursive: true });
});

async function start(habits: SiteHabits): Promise<void> {
  simulator = await startStorageSimulator({ root, sites: ['Site'], habits: { Site: habits } });
  url = simulator.urlOf('Site', LFN);
}

const write = (content = CONTENT) => simulator.writeFile('Site', LFN, content);
const files = () => simulator.listFiles('Site');
const LATER = { type: 'StorageUnavailable', retryable: true };

describe.each(KINDS)('a door of %s', (kind) => {
  beforeEach(() => start(habitOf(kind)));

  it('tells size and Adler-32', async () => {
    await write();
    expect(await storage.look(url, NO_USER)).toMatchObject({ size: 1, adler32: ADLER32 });
  });

  it('removes the file', async () => {
    await write();
    expect(await storage.remove(url, NO_USER)).toBe('removed');
    expect(await files()).toEqual([]);
  });

  it('has no such file', async () => {
    expect(await storage.look(url, NO_USER)).toBeNull();
    expect(await storage.remove(url, NO_USER)).toBe('absent');
  });

  it('removes what was looked at', async () => {
    await write();
    const found = await storage.look(url, NO_USER);
    expect(await storage.remove(url, NO_USER, found?.version)).toBe('removed');
    expect(await files()).toEqual([]);
  });
});

describe('a conditional removal', () => {
  it('leaves bytes alone that were written after the look, where the door heeds it', async () => {
    await start(habitOf('storm', 'if-match'));
    await write();
    const found = await storage.look(url, NO_USER);
    await write('b');
    expect(await storage.remove(url, NO_USER, found?.version)).toBe('changed');
    expect(await simulator.readFile('Site', LFN)).toEqual(Buffer.from('b'));
  });

  it('is not tried with the tag of a data server', async () => {
    await start(habitOf('xrootd', 'refuses-digest'));
    await write();
    expect(await storage.look(url, NO_USER)).toEqual({ size: 1, adler32: null });
  });
});

describe('looks at doors with quirks', () => {
  it.each<[SiteHabits, { size: number; adler32: string | null }]>([
    [habitOf('dcache', 'no-length'), { size: 1, adler32: ADLER32 }],
    [habitOf('xrootd', 'refuses-digest'), { size: 1, adler32: null }],
    [habitOf('storm', 'no-checksum'), { size: 1, adler32: null }],
    [habitOf('storm', 'no-head'), { size: 1, adler32: null }],
    [habitOf('storm', 'rfc-9530'), { size: 1, adler32: ADLER32 }],
  ])('%j', async (habits, expected) => {
    await start(habits);
    await write();
    expect(await storage.look(url, NO_USER)).toMatchObject(expected);
  });

  it('comes back for a checksum that is yet to be computed', async () => {
    await start(habitOf('storm', 'checksum-later'));
    // Past the simulator, which sums what is written through it.
    await mkdir(dirname(join(root, 'Site', LFN)), { recursive: true });
    await writeFile(join(root, 'Site', LFN), CONTENT);
    await expect(storage.look(url, NO_USER)).rejects.toMatchObject({ ...LATER, retryAfterMs: 7000 });
    expect(await storage.look(url, NO_USER)).toMatchObject({ adler32: ADLER32 });
  });

  it.each<Quirk>(['gone', 'no-head'])('knows what is not there (%s)', async (quirk) => {
    await start(habitOf('dcache', quirk));
    expect(await storage.look(url, NO_USER)).toBeNull();
    expect(await storage.remove(url, NO_USER)).toBe('absent');
  });
});

describe('removals at doors with quirks', () => {
  it.each<Quirk>(['delete-207', 'delete-202'])('%s: gone', async (quirk) => {
    await start(habitOf('storm', quirk));
    await write();
    expect(await storage.remove(url, NO_USER)).toBe('removed');
    expect(await files()).toEqual([]);
  });

  it.each<[Quirk, RegExp]>([
    ['delete-207-fails', /HTTP 207 with 423 in it/],
    ['delete-202-idle', /HTTP 202 +,? ?but the file is there/],
    ['delete-fails-in-body', /ERROR: unlink failed, but the file is there/],
    ['delete-fails-in-trailer', /but the file is there/],
    ['delete-breaks-off', /DELETE/],
    ['locked', /HTTP 423 Locked/],
  ])('%s: to be tried again', async (quirk, message) => {
    await start(habitOf('storm', quirk));
    await write();
    await expect(storage.remove(url, NO_USER)).rejects.toMatchObject({ ...LATER, message });
    expect(await files()).toEqual([LFN]);
  });
});
