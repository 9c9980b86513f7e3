import { describe, expect, it } from 'vitest';
import { calibrate, PARTS } from '../../bench/model/calibration.ts';
import { errorOf } from '../../bench/model/compared/all.ts';
import { compareTrickle } from '../../bench/model/compared/trickle.ts';
import { Cores } from '../../bench/model/cores.ts';
import { cpuOf } from '../../bench/model/costs.ts';
import { EventQueue } from '../../bench/model/event-queue.ts';
import { FtsModel } from '../../bench/model/fts-model.ts';
import { MEASURED, measured } from '../../bench/model/measured.ts';
import { pricesOf } from '../../bench/model/prices.ts';
import { simulateDay } from '../../bench/model/simulate.ts';
import type { BatchFile } from '../../src/domain/batch/batch-file.ts';

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

describe('cores that everything shares', () => {
  it('are busy with files and workflows, too, by what each takes', () => {
    const cores = new Cores(new EventQueue(0), 2, { files: 0.001, transitions: 0.01, workflows: 0.1 });
    cores.use({ files: 4 });
    cores.use({ transitions: 1, workflows: 1 });
    expect(cores.wait).toBeCloseTo((4 * 1 + 10 + 100) / 2);
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

  it('has an attempt more for each FTS job where its first pause is too long to be held', () => {
    const [held, handedBack] = [15.5, 15.6].map((followFirst) => {
      const { all, jobSizes } = simulateDay({ files: 2000, seed: 3, policy: { followFirst } }).findings;
      return all.activities / jobSizes.length;
    });
    // One at least: a job is followed anew after each change.
    expect(handedBack! - held!).toBeGreaterThan(0.9);
  });

  it('tells who waited for a turn of their own task', () => {
    const waited = (maxActiveFtsJobs: number): number => {
      const { begunToSubmitted } = simulateDay({ files: 2000, seed: 3, policy: { maxActiveFtsJobs } }).findings;
      return begunToSubmitted.filter((seconds) => seconds > 2).length;
    };
    expect(waited(1000)).toBe(0);
    expect(waited(1)).toBeGreaterThan(1000);
  });
});

describe('prices', () => {
  const names = ['a', 'b'] as const;

  it('are those by which each sample comes out as it was', () => {
    const samples = [
      { steps: { a: 10, b: 1 }, cost: 23 },
      { steps: { a: 1, b: 10 }, cost: 32 },
    ];
    const { a, b } = pricesOf(names, samples);
    expect(a).toBeCloseTo(2);
    expect(b).toBeCloseTo(3);
  });

  it('are never below 0, and meet best what counts most', () => {
    const samples = [
      { steps: { a: 10, b: 1 }, cost: 10 },
      { steps: { a: 10, b: 5 }, cost: 8, weight: 100 },
    ];
    const { a, b } = pricesOf(names, samples);
    expect(b).toBe(0);
    expect(a).toBeCloseTo(0.8, 1);
  });

  it('are not made of too little', () => {
    expect(() => pricesOf(names, [{ steps: { a: 1, b: 1 }, cost: 1 }])).toThrow('2 prices need as many samples, not 1');
  });
});

describe('what the model is set by', () => {
  const calibration = calibrate();

  it('is read from results that are kept, with their figures', () => {
    const kept = MEASURED.filter((name) => measured(name) !== null);
    expect(kept).toEqual(expect.arrayContaining(['throughput', 'growth', 'trickle', 'fairness']));
    for (const { source } of calibration.loads) expect(source).toMatch(/^bench:(throughput|trickle), /);
  });

  it('gives what was measured of real life back, and bursts roughly', () => {
    for (const load of calibration.loads)
      for (const part of PARTS) {
        const error = cpuOf(calibration, part, load) / load.cpu[part] - 1;
        expect(Math.abs(error), `${part}, ${load.source}`).toBeLessThan(load.source.includes('trickle') ? 0.1 : 0.6);
      }
  });

  it('makes the model agree with what a lone job output was found to take', () => {
    for (const one of compareTrickle(calibration)) expect(Math.abs(errorOf(one)), one.what).toBeLessThan(one.tolerance);
  });
});

describe('FTS in the model', () => {
  const filesOf = (name: string, count: number): BatchFile[] =>
    Array.from({ length: count }, (_, at) => ({ key: `${name}${at}`, record: { source: 'A', destination: 'B', size: 1 } }) as BatchFile); // prettier-ignore

  it.each([
    { inOrderOfArrival: false, after: 2 },
    { inOrderOfArrival: true, after: 11 },
  ])('lets a small job go before a large one that waits, unless told otherwise: %o', ({ inOrderOfArrival, after }) => {
    const queue = new EventQueue(0);
    const options = { activePerLink: 1, secondsOf: () => 1, outcomeOf: () => null, inOrderOfArrival };
    const fts = new FtsModel(queue, () => 0.5, 1000, options);
    fts.submit('large', filesOf('large', 10), 2);
    queue.runUntil(1);
    fts.submit('small', filesOf('small', 1), 3);
    queue.runUntil(20_000);
    expect(fts.rowsOf('small')).toMatchObject([{ state: 'FINISHED', finishedAt: after }]);
  });
});
