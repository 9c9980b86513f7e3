import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ending } from '../../src/demo/interrupt.ts';
import { startOwnedProcess } from '../../src/workers/child-process.ts';
import { RESULTS, type BenchResult } from '../support/report/report.ts';
import { ROOT } from '../support/report/surroundings.ts';
import { FILES, type SuiteEntry } from './benches.ts';

/** How one bench of the suite ended. */
export interface BenchEnd {
  name: string;
  command: string;
  seconds: number;
  /** Its exit status; null where it was ended by a signal. */
  status: number | null;
  /** What it left; null where it failed before it could. */
  result: BenchResult | null;
}

/** A bench that was told to end has so long to take down what it started. */
const GRACE_MS = 20_000;

/**
 * Runs a bench as its npm script does, its output shown and kept in `.cache/bench/<name>.log`. Returns when it has ended, however that was.
 */
export async function runBench(ending: Ending, { name }: SuiteEntry, args: readonly string[]): Promise<BenchEnd> {
  await mkdir(RESULTS, { recursive: true });
  const began = Date.now();
  const bench = await startOwnedProcess(process.execPath, [
    ...[join(ROOT, 'scripts', 'run.mjs'), 'bench', FILES.get(name) ?? name, ...args],
  ]);
  ending.cleanUp(() => bench.stop(GRACE_MS));
  const log = createWriteStream(join(RESULTS, `${name}.log`));
  for (const stream of [bench.child.stdout, bench.child.stderr])
    stream?.on('data', (text: string) => {
      process.stdout.write(text);
      log.write(text);
    });
  const status = await new Promise<number | null>((resolve) => bench.child.once('close', resolve));
  log.end();
  return {
    name,
    command: [`npm run bench:${name}`, ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    seconds: Math.round((Date.now() - began) / 1000),
    status,
    result: await freshResult(name, began),
  };
}

/** What it left, unless that is of an earlier run. */
async function freshResult(name: string, began: number): Promise<BenchResult | null> {
  const text = await readFile(join(RESULTS, `${name}.json`), 'utf8').catch(() => null);
  const result = text === null ? null : (JSON.parse(text) as BenchResult);
  return result && Date.parse(result.date) >= began ? result : null;
}
