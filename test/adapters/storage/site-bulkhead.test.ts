import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_USER } from '../../../src/adapters/credentials/dispatchers.ts';
import { boundPerSite } from '../../../src/adapters/storage/site-bulkhead.ts';
import type { StoragePort } from '../../../src/ports/storage.ts';

const SLOW = 'davs://slow.example/store/x';
const OTHER = 'davs://other.example/store/x';
const FILE = { size: 1, adler32: null };

/** A storage whose answers are given by the test. */
function heldStorage() {
  const held: (() => void)[] = [];
  const storage: StoragePort = {
    look: (url) => (url === OTHER ? Promise.resolve(FILE) : new Promise((answer) => held.push(() => answer(FILE)))),
    remove: () => Promise.resolve('removed'),
  };
  return { storage, held };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const BUSY = { type: 'StorageBusy', retryable: true };

describe('requests to one door', () => {
  it('are bounded, the others wait for their turn', async () => {
    const { storage, held } = heldStorage();
    const bounded = boundPerSite(storage, { atOnce: 2 });
    const looks = Promise.all([1, 2, 3].map(() => bounded.look(SLOW, NO_USER)));
    await expect.poll(() => held).toHaveLength(2);
    held.shift()?.();
    await expect.poll(() => held).toHaveLength(2);
    for (const answer of held) answer();
    expect(await looks).toEqual([FILE, FILE, FILE]);
  });

  it('are refused at once where it answers nothing; other doors are not concerned', async () => {
    const { storage, held } = heldStorage();
    const bounded = boundPerSite(storage, { atOnce: 2, stallMs: 20 });
    const looks = Promise.all([1, 2].map(() => bounded.look(SLOW, NO_USER)));
    await expect.poll(() => held).toHaveLength(2);
    vi.setSystemTime(Date.now() + 21);
    await expect(bounded.look(SLOW, NO_USER)).rejects.toMatchObject(BUSY);
    expect(await bounded.look(OTHER, NO_USER)).toEqual(FILE);
    for (let answer = held.shift(); answer; answer = held.shift()) answer();
    await looks;
  });

  it('give up their place in the queue when they have waited too long', async () => {
    const { storage, held } = heldStorage();
    const bounded = boundPerSite(storage, { atOnce: 1, patienceMs: 5 });
    const first = bounded.look(SLOW, NO_USER);
    const second = bounded.look(SLOW, NO_USER);
    vi.setSystemTime(Date.now() + 6);
    held[0]?.();
    await expect(second).rejects.toMatchObject(BUSY);
    expect(await first).toEqual(FILE);
  });
});
