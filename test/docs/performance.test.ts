import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plotFile } from '../../bench/support/report/report.ts';
import { ROOT } from '../../bench/support/report/surroundings.ts';
import { drawSvg } from '../../bench/support/report/svg.ts';
import { beginOf, keptResults, PAGES, withResults } from '../../scripts/performance-docs.ts';

const results = await keptResults();
const pages = new Map(
  await Promise.all(PAGES.map(async (name) => [name, await readFile(join(ROOT, 'docs', name), 'utf8')] as const)),
);
const everything = [...pages.values()].join('\n');

test.each(PAGES)('docs/%s shows the results that are kept: node scripts/write-performance-docs.ts', (name) => {
  const page = pages.get(name)!;
  expect(page).toBe(withResults(page, results));
});

test('all that is kept has a place in the documentation, and its plots are drawn', async () => {
  expect(results.size).toBeGreaterThan(0);
  for (const { bench, passages, plots } of results.values()) {
    expect(everything, `a place for bench:${bench}`).toContain(beginOf(bench));
    for (const { part } of [...passages, ...plots]) expect(everything, bench).toContain(beginOf(bench, part));
    for (const plot of plots) {
      const drawn = await readFile(join(ROOT, 'docs', 'images', 'performance', plotFile(bench, plot)), 'utf8');
      expect(drawn, plot.title).toBe(drawSvg(plot));
    }
  }
});
