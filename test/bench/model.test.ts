import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../bench/model/event-queue.ts';
import { simulateDay } from '../../bench/model/simulate.ts';
import { compareWithMeasurements } from '../../bench/model/validation.ts';

describe('virtual time', () => {
  it('lets things happen in the order of their times, and nothing that was called off', () => {
    const queue = new EventQueue(0);
    const seen: string[] = [];
    for (const at of [50, 20, 90, 20, 70, 10]) queue.at(at, () => seen.push(`${at}@${queue.now}`));
    const late = queue.at(60, () => seen.push('called off'));
    queue.at(15, () => late.cancel());
    queue.at(20, () => queue.at(5, () => seen.push(`past@${queue.now}`)));
    queue.runUntil(80);
    expect(seen).toEqual(['10@10', '20@20', '20@20', 'past@20', '50@50', '70@70']);
    queue.runUntil(100);
    expect(seen.at(-1)).toBe('90@90');
  });
});

describe('a day in the model', () => {
  const { findings } = simulateDay({ files: 4000, seed: 3 });

  it('ends with every file accounted for, and every workflow over', () => {
    const failed = [...findings.failed.values()].reduce((a, b) => a + b, 0);
    expect(findings.files).toBe(4000);
    expect(findings.done + findings.killed + failed).toBe(4000);
    expect(findings.done).toBeGreaterThan(3900);
    expect(findings.open).toEqual({ stageOut: 0, transferBatch: 0, publishDataset: 0 });
    expect(findings.published).toBe(findings.blockSizes.reduce((a, b) => a + b, 0));
  });

  it('is the same for the same seed', () => {
    expect(simulateDay({ files: 4000, seed: 3 }).findings).toEqual(findings);
  });

  it('gives up only what no attempt would help', () => {
    expect([...findings.failed.keys()].filter((name) => name !== 'permission')).toEqual([]);
  });
});

describe('what the benches play, in the model', () => {
  const modelled = new Map(compareWithMeasurements().map((one) => [one.what, one.modelled]));

  it('costs many times less in a burst than in a trickle', () => {
    for (const what of ['state transitions', 'events', 'FTS requests'])
      expect(modelled.get(`burst: ${what}`)! * 5, what).toBeLessThan(modelled.get(`trickle: ${what}`)!);
  });

  it('knows the end of short copies sooner than that of long ones', () => {
    const [short, long] = [1, 20].map((minutes) => modelled.get(`copies of ${minutes} min: end known, median`)!);
    expect(short).toBeLessThan(long! / 3);
    expect(long).toBeLessThan(300);
  });
});
