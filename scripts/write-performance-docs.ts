/**
 * Writes results into docs/performance.md, docs/scaling.md and docs/deployment.md: `node scripts/write-performance-docs.ts [name…]`. Of benches that are named, what their last run
 * left in `.cache/bench` is kept in bench/results first. A test compares the pages with what is kept.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULTS, type BenchResult } from '../bench/support/report/report.ts';
import { keepResults } from './performance-docs.ts';

const results = process.argv.slice(2).map(async (name) => {
  return JSON.parse(await readFile(join(RESULTS, `${name}.json`), 'utf8')) as BenchResult;
});
await keepResults(await Promise.all(results));
