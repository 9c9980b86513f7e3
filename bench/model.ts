/**
 * This service beyond this machine: `npm run bench:model [-- --scenario calibration,validation,growth,batching,outage,following,publication --files 100000
 * --seed 1 --json <file>]`. A discrete-event model that drives the real domain code (src/domain: books, windows, batches, retries, breakers,
 * publication) through days of CMS's load in virtual time. What steps cost is counted by what Temporal does for them, at prices that are computed from
 * the results of the other benches (bench/results); the first scenarios say which, and hold the model against them. Needs no server.
 */
import { calibrate } from './model/calibration.ts';
import { batching } from './model/scenarios/batching.ts';
import { calibration } from './model/scenarios/calibration.ts';
import { following } from './model/scenarios/following.ts';
import { growth } from './model/scenarios/growth.ts';
import { outage } from './model/scenarios/outage.ts';
import { publication } from './model/scenarios/publication.ts';
import { validation } from './model/scenarios/validation.ts';
import type { Scenario } from './model/scenario.ts';
import { readOptions } from './support/options.ts';
import { Report } from './support/report/report.ts';

const SCENARIOS: readonly Scenario[] = [calibration, validation, growth, batching, outage, following, publication];
const names = SCENARIOS.map(({ name }) => name);

const { scenario, ...options } = readOptions({ files: 100_000, seed: 1 }, { scenario: { from: names } });
const report = new Report('model', 'This service beyond this machine', options);
const setting = { ...options, calibration: calibrate() };
const played = SCENARIOS.filter(({ name }) => scenario.includes(name)).map((one) => {
  const begin = performance.now();
  report.begin(one.name);
  const found = one.play(report, setting);
  console.log(`${one.name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  return { name: one.name, ...found };
});
process.exitCode = await report.conclude(
  Object.fromEntries(played.map(({ name, figures }) => [name, figures])),
  played.flatMap(({ bounds }) => bounds),
);
