import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plotFile } from '../../bench/support/report/report.ts';
import { ROOT } from '../../bench/support/report/surroundings.ts';
import { drawSvg } from '../../bench/support/report/svg.ts';
import { keptResults, withResults } from '../../scripts/performance-docs.ts';

test('docs/performance.md and its plots show the results that are kept: node scripts/write-performance-docs.ts', async () => {
  const results = await keptResults();
  const page = await readFile(join(ROOT, 'docs', 'performance.md'), 'utf8');
  expect(results.size).toBeGreaterThan(0);
  expect(page).toBe(withResults(page, results));
  for (const { bench, plots } of results.values()) {
    expect(page, `a place for bench:${bench}`).toContain(`<!-- bench:${bench} -->`);
    for (const plot of plots) {
      const drawn = await readFile(join(ROOT, 'docs', 'images', 'performance', plotFile(bench, plot)), 'utf8');
      expect(drawn, plot.title).toBe(drawSvg(plot));
    }
  }
});
