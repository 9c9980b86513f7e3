/**
 * The experiments that were made with CRAB's and Rucio's tools, with ours: `npm run bench:peers [-- --files 5000 --faultfiles 1000 --json <file>]`.
 * Many files at once and trickling in, under the policy that is shipped and under one tuned for people who wait; then what broke the others:
 * the worker or the store of states dies, FTS does not answer, a task is killed, a site refuses.
 */
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { killedWhileFollowing, killedWhileSubmitting, outcomesRefused, stateStoreKilled } from './peers/faults.ts';
import { TRICKLE_PER_SECOND } from './peers/figures.ts';
import { measureKill } from './peers/kill.ts';
import { measureLoad } from './peers/load.ts';
import { measureRefused } from './peers/refused.ts';
import { latencyPlot, reportFaults, reportLoads, type FaultResults, type LoadResults } from './peers/tables.ts';
import { readOptions } from './support/options.ts';
import { newProgress } from './support/progress.ts';
import { TUNED } from './support/policies.ts';
import { atMost, none, target, type Bound } from './support/report/bound.ts';
import { Report } from './support/report/report.ts';

const options = readOptions({ files: 5_000, faultfiles: 1_000 });
/** Files that trickle in: half a minute of them, two windows of the shipped policy. */
const TRICKLE_SECONDS = 30;
/** Of the peers' experiment: 15 FTS jobs of 100. */
const KILLED_FILES = 1_500;

async function measure(ending: Ending): Promise<number> {
  const report = new Report('peers', "Beside CRAB's and Rucio's tools", options);
  const step = newProgress();
  const { files, faultfiles } = options;
  const trickling = {
    files: Math.min(files, Math.round(TRICKLE_PER_SECOND * TRICKLE_SECONDS)),
    perSecond: TRICKLE_PER_SECOND,
  };
  // One after the other: each has the machine for itself.
  const load: LoadResults = {
    burst: await step('burst', measureLoad(ending, { files, policy: TUNED })),
    burstShipped: await step('burst, shipped policy', measureLoad(ending, { files, policy: {} })),
    trickle: await step('trickle', measureLoad(ending, { ...trickling, policy: TUNED })),
    trickleShipped: await step('trickle, shipped policy', measureLoad(ending, { ...trickling, policy: {} })),
  };
  const faults: FaultResults = {
    submitting: await step('worker killed while submitting', killedWhileSubmitting(ending, faultfiles)),
    following: await step('worker killed while following', killedWhileFollowing(ending, faultfiles)),
    storeKilled: await step('state store killed', stateStoreKilled(ending, faultfiles)),
    refusals: await step('FTS fails while outcomes are recorded', outcomesRefused(ending, faultfiles)),
    kill: await step('task killed', measureKill(ending, Math.min(files, KILLED_FILES))),
    refused: await step('destination refuses', measureRefused(ending, Math.min(faultfiles, 200))),
  };
  reportLoads(report, load);
  reportFaults(report, faults);
  report.plot(latencyPlot(load));
  return report.conclude({ load, faults }, bounds(load, faults));
}

function bounds(
  load: LoadResults,
  { kill, refused, submitting, following, storeKilled, refusals }: FaultResults,
): Bound[] {
  return [
    target(atMost('FTS requests per file, a burst over 10 links', load.burstShipped.ftsRequestsPerFile, 0.02)),
    target(atMost('FTS requests per file, trickling in at 40 files/s', load.trickleShipped.ftsRequestsPerFile, 0.1)),
    ...Object.entries(load).flatMap(([name, { files, done, sentTwice }]) => [
      none(`${name}: files not DONE`, files - done),
      none(`${name}: files sent twice`, sentTwice),
    ]),
    ...Object.entries({ submitting, following, storeKilled, refusals }).flatMap(
      ([name, { files, done, sentTwice, strikes }]) => [
        { name: `${name}: it happened 3 times`, found: strikes, holds: strikes === 3 },
        none(`${name}: files not DONE in the end`, files - done),
        none(`${name}: files sent twice`, sentTwice),
      ],
    ),
    {
      name: 'kill: at most one DELETE per FTS job',
      found: `${kill.deleteRequests} for ${kill.jobs} jobs`,
      holds: kill.deleteRequests <= kill.jobs && kill.jobs > 0,
    },
    none('kill: files DONE that FTS had not finished', kill.overwritten),
    { name: 'refused: submitted once', found: refused.submissions, holds: refused.submissions === 1 },
    none('refused: files not FAILED', refused.files - refused.failed),
  ];
}

process.exit(await runUntilInterrupted(measure));
