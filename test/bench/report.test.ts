import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { atLeast, atMost, none, target } from '../../bench/support/report/bound.ts';
import { distribution } from '../../bench/support/report/plot.ts';
import { Report, RESULTS, type BenchResult } from '../../bench/support/report/report.ts';
import { drawSvg } from '../../bench/support/report/svg.ts';

test('bounds say what was found and whether it holds; what is no number does not hold', () => {
  expect(atMost('p95', 3.14159, 4, 's')).toEqual({ name: 'p95, at most 4 s', found: '3.14 s', holds: true });
  expect(atLeast('throughput', 312.4, 400, 'files/s')).toMatchObject({ found: '312 files/s', holds: false });
  expect([atMost('x', NaN, 1).holds, atLeast('x', NaN, 1).holds, none('x', 0).holds]).toEqual([false, false, true]);
});

test('a report leaves tables, bounds, figures and plots, and its status says whether all bounds hold', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aso-report-'));
  const silent = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  onTestFinished(async () => {
    silent.mockRestore();
    for (const kept of ['selftest.json', 'selftest.svg', 'selftest-more.svg'])
      await rm(join(RESULTS, kept), { force: true });
    await rm(folder, { recursive: true });
  });
  const json = join(folder, 'figures.json');
  const report = new Report('selftest', 'What a test measures', { json, ...{ files: 5 } });
  report.table(['a', 'b'], [[1, 'two']], 'Of five files:');
  const y = { name: 'files/s' };
  report.plot({
    kind: 'bars',
    title: 'Bars',
    x: { name: 'of', categories: ['a'] },
    y,
    series: [{ name: 's', values: [1] }],
  });
  report.plot({
    kind: 'lines',
    id: 'more',
    title: 'Lines',
    x: { name: 's' },
    y,
    series: [{ name: 's', points: [[1, 2]] }],
  });

  expect(await report.conclude({ rate: 3 }, [target(atLeast('rate', 3, 2)), none('lost', 1)])).toBe(1);

  const kept = JSON.parse(await readFile(json, 'utf8')) as BenchResult;
  expect(kept).toMatchObject({ bench: 'selftest', options: { files: 5 }, figures: { rate: 3 } });
  expect(kept.passages[1]).toEqual({ table: '| a   | b   |\n| --- | --- |\n| 1   | two |' });
  expect(kept.bounds.map(({ holds, isTarget = false }) => [holds, isTarget])).toEqual([
    [true, true],
    [false, false],
  ]);
  expect(kept.machine.cores).toBeGreaterThan(0);
  expect(await readFile(join(RESULTS, 'selftest.json'), 'utf8')).toBe(await readFile(json, 'utf8'));
  for (const file of ['selftest.svg', 'selftest-more.svg'])
    expect(await readFile(join(RESULTS, file), 'utf8')).toContain('files/s');
});

test('a plot names its axes, draws its marks, and has colours for dark paper', () => {
  const svg = drawSvg({
    ...{ kind: 'lines', title: 'Cost of a file', x: { name: 'files of a task', log: true } },
    ...{ y: { name: 'events per file', log: true }, marks: [{ name: 'at most 2', y: 2 }] },
    series: [
      {
        name: 'events',
        points: [
          [100, 3],
          [10_000, 1.5],
        ],
      },
      { name: 'transitions', points: [[100, 4]] },
    ],
  });
  for (const text of ['Cost of a file', 'files of a task', 'events per file', 'at most 2', '10,000', 'transitions'])
    expect(svg).toContain(`>${text}</text>`);
  expect(svg).toContain('prefers-color-scheme: dark');
});

test('a distribution says how many per cent are at most so large', () => {
  expect(distribution([3, 1, 2, 4], 4)).toEqual([
    [1, 25],
    [2, 50],
    [3, 75],
    [4, 100],
  ]);
  expect(distribution([])).toEqual([]);
  expect(
    distribution(
      Array.from({ length: 1000 }, (_, at) => at),
      10,
    ).at(-1),
  ).toEqual([999, 100]);
});
