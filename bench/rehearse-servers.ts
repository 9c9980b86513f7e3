/**
 * Loses one of two Temporal servers: `npm run rehearse:servers [-- --jobs 60 --json <file>]`.
 * Two processes of the full server share one PostgreSQL and the work of its history shards; callers and workers reach both by one
 * address. One of them is killed with SIGKILL while job outputs are reported and staged out, and does not come back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { onPostgresql } from './support/on-postgresql.ts';
import { readOptions } from './support/options.ts';
import { OUTCOME_HEAD, outcomeBounds, outcomeCells, Rehearsal, type Outcome } from './support/rehearsal.ts';
import { Report } from './support/report/report.ts';

const options = readOptions({ jobs: 60 });
/** Between two looks at whether a report is taken again. */
const LOOK_MS = 50;

interface Figures extends Outcome {
  /** From the kill until the next report of a job output was taken, seconds. */
  away: number;
}

function loseOne(ending: Ending): Promise<Figures> {
  return onPostgresql(ending, { servers: 2 }, async ({ world, temporal, rig }) => {
    const rehearsal = await Rehearsal.begin(world, rig, options.jobs);
    await rehearsal.underWay(Math.floor(options.jobs / 3));
    const before = rehearsal.taken;
    const start = performance.now();
    await temporal.kill();
    while (rehearsal.taken === before) await sleep(LOOK_MS, undefined, { signal: ending.signal });
    const away = (performance.now() - start) / 1000;
    return { away, ...(await rehearsal.conclude()) };
  });
}

async function measure(ending: Ending): Promise<number> {
  const report = new Report(
    'rehearse-servers',
    'One of two Temporal servers is lost, the other does its work',
    options,
  );
  const figures = await loseOne(ending);
  report.table(
    ['s until a report was taken', ...OUTCOME_HEAD],
    [[figures.away.toFixed(1), ...outcomeCells(figures)]],
    'Two servers on one PostgreSQL, one of them killed at work:',
  );
  return report.conclude(figures, outcomeBounds('one server left', figures, false));
}

process.exit(await runUntilInterrupted(measure));
