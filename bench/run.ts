/**
 * Benches one after the other: `npm run bench [-- --only throughput,cancel] [--full] [--docs] [--list]`, `npm run bench:full`.
 * With small sizes, or at their own; one that fails does not keep the others from running. In the end every bound, and a page of all
 * results in `.cache/bench/index.md` and `.cache/bench/index.json`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { keepResults } from '../scripts/performance-docs.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { chosen, SUITE } from './suite/benches.ts';
import { runBench, type BenchEnd } from './suite/run-bench.ts';
import { boundsTable, endsTable, indexPage, isGood } from './suite/summary.ts';
import { RESULTS } from './support/report/report.ts';
import { tellingMistakes } from './support/telling.ts';

const HELP = `npm run bench [-- options], npm run bench:full
  --list          names the benches, with the options that each is run with
  --only <a,b>    runs these alone
  --full          with their own sizes instead of small ones; benches that have no small ones run only so
  --docs          keeps the results in bench/results and writes them into docs/performance.md, docs/scaling.md and docs/deployment.md`;

const { values, only, wanted } = tellingMistakes(
  () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...{ list: { type: 'boolean' }, full: { type: 'boolean' }, docs: { type: 'boolean' } },
        only: { type: 'string' },
      },
    });
    const only = [...(values.only?.split(',') ?? []), ...positionals];
    return { values, only, wanted: chosen(only) };
  },
  () => HELP,
);

async function runAll(ending: Ending): Promise<number> {
  const asked = wanted.flatMap((entry) => {
    const args = values.full ? (entry.full ?? []) : entry.small;
    // Who names a bench wants it, at its own size where there is no small one.
    if (args === null) return only.length > 0 ? [{ entry, args: [] }] : [];
    return [{ entry, args }];
  });
  const ends: BenchEnd[] = [];
  const began = Date.now();
  const minutes = (): number => (Date.now() - began) / 60_000;
  for (const [at, { entry, args }] of asked.entries()) {
    console.log(
      pc.bold(`\n== ${at + 1} of ${asked.length}, after ${minutes().toFixed(1)} min: ${entry.name} ${args.join(' ')}`),
    );
    ends.push(await runBench(ending, entry, args));
    ending.signal.throwIfAborted();
  }
  console.log(pc.bold(`\n== all bounds\n`));
  console.log(`${boundsTable(ends)}\n\n${endsTable(ends)}`);
  await writeFile(join(RESULTS, 'index.md'), indexPage(ends, minutes()));
  await writeFile(join(RESULTS, 'index.json'), `${JSON.stringify({ minutes: minutes(), benches: ends }, null, 2)}\n`);
  if (values.docs) await keepResults(ends.flatMap(({ result }) => result ?? []));
  const bad = ends.filter((end) => !isGood(end)).length;
  console.log(`\n${ends.length} benches in ${minutes().toFixed(1)} minutes, ${bad} of them failed or missed a bound; all of it is in .cache/bench/index.md`); // prettier-ignore
  return bad > 0 ? 1 : 0;
}

if (values.list)
  for (const { name, small, full } of SUITE)
    console.log(
      `${name.padEnd(12)} ${small === null ? '(full only)' : small.join(' ')}${full ? `; full: ${full.join(' ')}` : ''}`,
    );
else process.exit(await runUntilInterrupted(runAll));
