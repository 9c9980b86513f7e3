import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LookAnswer } from '../../src/workers/follower-looks.ts';
import { Nudges } from '../../src/workers/nudges.ts';

let looks: [string, number][];
let answer: (batchId: string) => Promise<LookAnswer>;
let problems: string[];
let nudges: Nudges;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [looks, problems] = [[], []];
  answer = () => Promise.resolve('looks');
  nudges = new Nudges({
    times: { delay: 1_000, interval: 10_000 },
    lookNow: (batchId) => {
      looks.push([batchId, Date.now()]);
      return answer(batchId);
    },
    onProblem: (problem) => problems.push(problem),
  });
});
afterEach(() => {
  nudges.close();
  vi.useRealTimers();
});
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it('nudges a moment after the first message, once for all that come until then', async () => {
  for (let n = 0; n < 100; n += 1) nudges.heard('a');
  nudges.heard('b');
  await pass(60_000);
  expect(looks).toEqual([
    ['a', 1_000],
    ['b', 1_000],
  ]);
});

it('nudges again after the interval for what was heard since, and not otherwise', async () => {
  for (let at = 0; at < 25_000; at += 500) {
    nudges.heard('a');
    await pass(500);
  }
  await pass(60_000);
  expect(looks.map(([, at]) => at)).toEqual([1_000, 11_000, 21_000, 31_000]);
  nudges.heard('a');
  await pass(1_000);
  expect(looks).toHaveLength(5);
});

it('tries a busy follower again, but not for ever', async () => {
  answer = () => Promise.resolve('busy');
  nudges.heard('a');
  await pass(60_000);
  expect(looks.map(([, at]) => at)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
});

it('takes a Temporal that is away for no reason to stop, and says so', async () => {
  answer = () => Promise.reject(new Error('connection refused'));
  nudges.heard('a');
  await pass(1_000);
  expect(problems).toEqual(['a message of FTS was of no use: connection refused']);
  answer = () => Promise.resolve('looks');
  nudges.heard('a');
  await pass(10_000);
  expect(looks).toHaveLength(2);
});

it('bounds what it remembers, and nudges nobody once it is closed', async () => {
  for (let n = 0; n < 20_000; n += 1) nudges.heard(`batch ${n}`);
  await pass(1_000);
  expect(looks).toHaveLength(10_000);
  nudges.heard('batch 1');
  nudges.close();
  nudges.heard('batch 2');
  await pass(60_000);
  expect(looks).toHaveLength(10_000);
});
