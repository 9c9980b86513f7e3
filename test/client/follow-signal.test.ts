import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { followSignal } from '../../src/client/follow-signal.ts';

test('a signal is followed while something runs, and let go of afterwards, however that ended', async () => {
  const { signal } = new AbortController();
  const listen = (own: AbortSignal): void => own.addEventListener('abort', () => undefined);
  expect(await followSignal(signal, (own) => Promise.resolve(listen(own)).then(() => 'done'))).toBe('done');
  await expect(followSignal(signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('what runs is told with the reason, also where it is too late already', async () => {
  const ending = new AbortController();
  const reason = (own: AbortSignal) =>
    new Promise((resolve) => {
      if (own.aborted) resolve(own.reason);
      own.addEventListener('abort', () => resolve(own.reason));
    });
  const told = followSignal(ending.signal, reason);
  ending.abort('over');
  expect(await told).toBe('over');
  expect(await followSignal(ending.signal, reason)).toBe('over');
});
