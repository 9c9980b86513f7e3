import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chosen, FILES, SUITE } from '../../bench/suite/benches.ts';
import type { BenchEnd } from '../../bench/suite/run-bench.ts';
import { boundsTable, endsTable, indexPage, isGood } from '../../bench/suite/summary.ts';
import type { BenchResult } from '../../bench/support/report/report.ts';
import { ROOT } from '../../bench/support/report/surroundings.ts';
import { beginOf, PAGES, withResults } from '../../scripts/performance-docs.ts';

test('every bench with an npm script is in the suite, and has a row in bench/README.md and a place for its results', () => {
  expect(SUITE.map(({ name }) => name).toSorted()).toEqual([...FILES.keys()].toSorted());
  const pages = PAGES.map((page) => readFileSync(join(ROOT, 'docs', page), 'utf8')).join('\n');
  for (const [name, file] of FILES) {
    expect(existsSync(join(ROOT, 'bench', `${file}.ts`)), file).toBe(true);
    expect(readFileSync(join(ROOT, 'bench', 'README.md'), 'utf8')).toContain(`| \`npm run bench:${name}\` |`);
    expect(pages).toContain(beginOf(name));
  }
});

test('a bench that there is not is named, with those that there are', () => {
  expect(() => chosen(['cancel', 'cansel'])).toThrow(/no bench is called cansel; there are: .*cancel/);
  expect(chosen(['cancel']).map(({ name }) => name)).toEqual(['cancel']);
  expect(chosen([])).toEqual(SUITE);
});

const result: BenchResult = {
  ...{ bench: 'cancel', title: 'Cancel of a task', command: 'npm run bench:cancel', date: '2026-11-25T00:00:00.000Z' },
  ...{ seconds: 12.3, commit: 'abc', machine: { cores: 2, processor: 'x', memoryGiB: 8, node: 'v24' }, options: {} },
  passages: [{ text: 'Of 5 jobs:' }, { table: '| a   |\n| --- |\n| 1   |' }],
  ...{ plots: [], figures: {} },
  bounds: [
    { name: 'the last DELETE within 15 s', found: '1 s', holds: true },
    { name: 'rate, at least 400 files/s', found: '93 files/s', holds: false, isTarget: true },
  ],
};
const ends: BenchEnd[] = [
  { name: 'cancel', command: 'npm run bench:cancel', seconds: 12, status: 1, result },
  { name: 'pull', command: 'npm run bench:pull', seconds: 3, status: 1, result: null },
];

test('the summary has every bound, targets first, and says which bench failed without a result', () => {
  expect(
    boundsTable(ends)
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').at(-2)?.trim()),
  ).toEqual(['**missed**', 'met']);
  expect(boundsTable(ends)).toContain('**rate, at least 400 files/s**');
  expect(endsTable(ends)).toMatch(/cancel .* 1 of 2 .*bounds missed/);
  expect(endsTable(ends)).toMatch(/pull .*failed, status 1/);
  expect(ends.map(isGood)).toEqual([false, false]);
  expect(indexPage(ends, 1)).toContain('## Cancel of a task');
});

test('results are written between their marks, targets into a table that links to them; the rest stays', () => {
  const page =
    'Before\n\n<!-- targets -->\n<!-- /targets -->\n\n## How it ends\n\n<!-- bench:cancel -->\nold\n<!-- /bench:cancel -->\nAfter\n';
  const written = withResults(page, new Map([['cancel', result]]));
  expect(written).toContain('| [`npm run bench:cancel`](#how-it-ends) |');
  expect(written).toMatch(/Of 5 jobs:\n\n\| a/);
  expect(written).toMatch(/1 of 2 bounds are missed:\n\n- rate, at least 400 files\/s: 93 files\/s/);
  expect(written).not.toContain('old');
  expect([written.startsWith('Before\n'), written.endsWith('After\n')]).toEqual([true, true]);
  expect(withResults(written, new Map([['cancel', result]]))).toBe(written);
});

test('a part of a report stands between marks of its own, and nowhere else', () => {
  const page =
    '<!-- bench:cancel -->\n<!-- /bench:cancel -->\n<!-- bench:cancel:late -->\n<!-- /bench:cancel:late -->\n';
  const late = { ...result, passages: [...result.passages, { text: 'And late:', part: 'late' }] };
  const [whole, part] = withResults(page, new Map([['cancel', late]])).split('<!-- /bench:cancel -->');
  expect(whole).toContain('Of 5 jobs:');
  expect(whole).not.toContain('And late:');
  expect(part).toBe('\n<!-- bench:cancel:late -->\n\nAnd late:\n\n<!-- /bench:cancel:late -->\n');
});
