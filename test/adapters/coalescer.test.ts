import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Coalescer } from '../../src/adapters/coalescer.ts';

type Answer = Map<string, string | Error>;

/** A coalescer that answers `<group>:<key>` and keeps what it was asked. */
function recording(options: { maxKeys?: number; answer?: (group: string, keys: string[]) => Answer } = {}) {
  const asked: { group: string; keys: string[] }[] = [];
  const coalescer = new Coalescer<string, string>({
    delayMs: 10,
    maxKeys: options.maxKeys ?? 100,
    groupName: (group) => group,
    ask: async (group, keys) => {
      asked.push({ group, keys });
      await sleep(1);
      return options.answer?.(group, keys) ?? new Map(keys.map((key) => [key, `${group}:${key}`]));
    },
  });
  return { coalescer, asked };
}

describe('Coalescer', () => {
  it('asks once for what is asked together, and gives each its own', async () => {
    const { coalescer, asked } = recording();
    const answers = await Promise.all(['a', 'b', 'c'].map((key) => coalescer.get('g', key)));
    expect(answers).toEqual(['g:a', 'g:b', 'g:c']);
    expect(asked).toEqual([{ group: 'g', keys: ['a', 'b', 'c'] }]);
  });

  it('asks once for a key that several want', async () => {
    const { coalescer, asked } = recording();
    const answers = await Promise.all([coalescer.get('g', 'a'), coalescer.get('g', 'a')]);
    expect(answers).toEqual(['g:a', 'g:a']);
    expect(asked).toEqual([{ group: 'g', keys: ['a'] }]);
  });

  it('keeps groups apart', async () => {
    const { coalescer, asked } = recording();
    await Promise.all([coalescer.get('g', 'a'), coalescer.get('h', 'a')]);
    expect(asked).toEqual([
      { group: 'g', keys: ['a'] },
      { group: 'h', keys: ['a'] },
    ]);
  });

  it('sends a full chunk at once and the rest in another', async () => {
    const { coalescer, asked } = recording({ maxKeys: 2 });
    const answers = await Promise.all(['a', 'b', 'c'].map((key) => coalescer.get('g', key)));
    expect(answers).toEqual(['g:a', 'g:b', 'g:c']);
    expect(asked.map(({ keys }) => keys)).toEqual([['a', 'b'], ['c']]);
  });

  it('waits longer for company where the question may wait, until one comes that may not', async () => {
    const { coalescer, asked } = recording();
    const patient = coalescer.get('g', 'a', 60_000);
    await sleep(20);
    expect(asked).toEqual([]);
    await Promise.all([patient, coalescer.get('g', 'b'), coalescer.get('g', 'c', 60_000)]);
    expect(asked.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']]);
  });

  it('asks anew for what comes later', async () => {
    const { coalescer, asked } = recording();
    await coalescer.get('g', 'a');
    await coalescer.get('g', 'a');
    expect(asked).toHaveLength(2);
  });

  it('fails only the chunk that failed', async () => {
    const { coalescer } = recording({
      maxKeys: 2,
      answer: (_group, keys) => {
        if (keys.includes('a')) throw new Error('outage');
        return new Map(keys.map((key) => [key, key]));
      },
    });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((key) => coalescer.get('g', key)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('fails only the key whose answer is an error or is missing', async () => {
    const { coalescer } = recording({
      answer: () =>
        new Map<string, string | Error>([
          ['a', 'fine'],
          ['b', new Error('not yours')],
        ]),
    });
    const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map((key) => coalescer.get('g', key)));
    expect(a).toMatchObject({ status: 'fulfilled', value: 'fine' });
    expect(b).toMatchObject({ status: 'rejected', reason: { message: 'not yours' } });
    expect(c).toMatchObject({ status: 'rejected', reason: { message: 'the answer lacks c' } });
  });
});
