import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/adapters/retry-after.ts';

const NOW = Date.parse('2026-11-22T05:55:10Z');

describe('retryAfterMs', () => {
  it.each([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 05:56:10 GMT' }, 60_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 05:00:00 GMT' }, 0],
    [{ 'x-ratelimit-reset': '1795326911' }, 1000],
    [{ 'retry-after': '86400' }, 900_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (headers, ms) => {
    expect(retryAfterMs(headers, NOW)).toBe(ms);
  });
});
